"""Who works in which account: printed by every task that opens a session."""

from spcsmetrics.core.steps import console
from spcsmetrics.deploy.session import Account
from spcsmetrics.deploy.settings import Settings, find_file
from spcsmetrics.deploy.state import State, read_state


def announce(account: Account, path: str, settings: Settings) -> State:
    """Print account, user, role, connection and settings' file, and return the account's state."""
    state = read_state(account.execute, settings)
    file = find_file(path)
    console.print(
        f"- Account {state.account}, user {state.user}, role {state.role}, connection {account.connection}; settings:"
        f" {file if file.exists() else 'the defaults of deploy/example.toml'}"
    )
    return state
