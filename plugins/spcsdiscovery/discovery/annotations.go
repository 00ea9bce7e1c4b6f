// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

// The words of a comment are those that Kubernetes made known as annotations.
const (
	annotationPrefix = "prometheus.io/"
	defaultPath      = "/metrics"
	maxPath          = 200
)

// annotations are what a service's comment, or the configuration, says of its metrics.
type annotations struct {
	// scrape opts the service in.
	scrape bool
	// port is 0 and path is empty where nobody says.
	port uint16
	path string
}

func (a annotations) metricsPath() string { return cmp.Or(a.path, defaultPath) }

// or completes what the configuration says of a service with what its comment says.
func (a annotations) or(comment annotations) annotations {
	return annotations{scrape: true, port: cmp.Or(a.port, comment.port), path: cmp.Or(a.path, comment.path)}
}

// parseComment reads the words of a comment; all other text in it is for people. A comment that does not opt in has no
// annotations, whatever else it says.
func parseComment(comment string) (annotations, error) {
	if !strings.Contains(strings.ToLower(comment), annotationPrefix) {
		return annotations{}, nil
	}
	words, err := readWords(comment)
	scrape, mentioned := words["scrape"]
	switch {
	case !mentioned || strings.EqualFold(scrape, "false"):
		return annotations{}, nil
	case err != nil:
		return annotations{}, err
	case !strings.EqualFold(scrape, "true"):
		return annotations{}, badWord("scrape", scrape, "true or false")
	}
	if scheme := words["scheme"]; scheme != "" && !strings.EqualFold(scheme, "http") {
		return annotations{}, fmt.Errorf("its comment asks for the scheme %s, and applications are scraped by plain HTTP "+
			"alone: serve metrics without TLS at a port of their own", shown.Sentence(scheme))
	}
	found := annotations{scrape: true}
	if port, set := words["port"]; set {
		if found.port, err = parsePort(port); err != nil {
			return annotations{}, badWord("port", port, "a TCP port, such as 8000")
		}
	}
	if path, set := words["path"]; set {
		if found.path = path; !isPath(path) {
			return annotations{}, badWord("path", path, pathRule)
		}
	}
	return found, nil
}

// readWords returns the words of the comment by key, and an error where one has no value, or two. Keys of others are left
// alone.
func readWords(comment string) (words map[string]string, err error) {
	words = map[string]string{}
	for _, word := range strings.FieldsFunc(comment, isSeparator) {
		word = strings.Trim(word, `'"()[]{}.`)
		if len(word) < len(annotationPrefix) || !strings.EqualFold(word[:len(annotationPrefix)], annotationPrefix) {
			continue
		}
		key, value, _ := strings.Cut(word[len(annotationPrefix):], "=")
		key, value = strings.ToLower(strings.TrimRight(key, ":")), strings.Trim(value, `'"`)
		switch key {
		case "scrape", "port", "path", "scheme":
		default:
			continue
		}
		before, twice := words[key]
		words[key] = value
		switch {
		case value == "":
			err = fmt.Errorf("its comment has %s%s without a value: write a word such as %sscrape=true",
				annotationPrefix, key, annotationPrefix)
		case twice && before != value:
			err = fmt.Errorf("its comment has %s%s twice, with the values %s and %s: remove one of both",
				annotationPrefix, key, shown.Sentence(before), shown.Sentence(value))
			words[key] = ""
		}
	}
	return words, err
}

func isSeparator(r rune) bool { return r <= ' ' || r == ',' || r == ';' || r == '\u00a0' }

func badWord(key, value, want string) error {
	return fmt.Errorf("its comment has %s%s=%s: write %s", annotationPrefix, key, shown.Sentence(value), want)
}

func parsePort(text string) (uint16, error) {
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 || text[0] == '0' {
		return 0, errors.New("not a TCP port")
	}
	return uint16(port), nil
}

const pathRule = "a path that begins with / and has no parameters, such as /metrics"

var pathPattern = regexp.MustCompile(`^/[!-~]*$`)

func isPath(text string) bool {
	return len(text) <= maxPath && pathPattern.MatchString(text) && !strings.ContainsAny(text, "?#%")
}
