"""Python programs that run in the network of a container, in the simulator's image, and print JSON."""

# Answers each query of standard input by status and body, from the store or view that listens for its siblings.
ASK = """
import json, sys, urllib.error, urllib.parse, urllib.request
def ask(query):
    data = urllib.parse.urlencode(query).encode()
    try:
        answer = urllib.request.urlopen("http://127.0.0.1:9090/api/v1/query", data, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    return [answer.status, json.loads(answer.read())]
print(json.dumps([ask(query) for query in json.load(sys.stdin)]))
"""

# The ports on which something listens, on any address.
LISTENERS = """
import json
lines = [line.split() for name in ("tcp", "tcp6") for line in open("/proc/net/" + name).readlines()[1:]]
print(json.dumps(sorted({int(line[1].split(":")[1], 16) for line in lines if line[3] == "0A"})))
"""

# Which of the ports of a host take a connection: HOST PORT ...
REACH = """
import json, socket, sys
def is_open(port):
    with socket.socket() as door:
        door.settimeout(3)
        return door.connect_ex((address, port)) == 0
address = socket.gethostbyname(sys.argv[1])
print(json.dumps([port for port in map(int, sys.argv[2:]) if is_open(port)]))
"""

# The address of a host: HOST
RESOLVE = "import json, socket, sys; print(json.dumps(socket.gethostbyname(sys.argv[1])))"

# What a gRPC server says to the first words of a client: HOST PORT NAME [AUTHORITY [CERTIFICATE KEY]]. Without an
# authority they are in the open. HTTP/2 begins with a frame of settings, which is of type 4.
SHAKE = """
import json, socket, ssl, sys
host, port, name, *files = sys.argv[1:]
def greet():
    with socket.create_connection((host, int(port)), 5) as plain:
        door = plain
        if files:
            context = ssl.create_default_context(cafile=files[0])
            context.set_alpn_protocols(["h2"])
            if files[1:]:
                context.load_cert_chain(*files[1:])
            door = context.wrap_socket(plain, server_hostname=name)
        door.sendall(b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
        said = door.recv(9)
        return "answered" if said[3:4] == bytes([4]) else f"refused: {said!r}"
try:
    print(json.dumps(greet()))
except OSError as error:
    print(json.dumps(f"refused: {error}"))
"""

# Status and body of a page, as some user: URL [USER]
GET = """
import json, sys, urllib.error, urllib.request
url, *users = sys.argv[1:]
request = urllib.request.Request(url, headers={"Sf-Context-Current-User": user for user in users})
try:
    answer = urllib.request.urlopen(request, timeout=20)
except urllib.error.HTTPError as error:
    answer = error
print(json.dumps([answer.status, answer.read().decode()]))
"""
