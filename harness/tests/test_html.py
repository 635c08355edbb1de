#!/usr/bin/env python3
"""Opens reports in a headless browser: they must show what they hold and load nothing.

usage: test_html.py WRITE_REPORT
Exit status 77 with the reason where there is no browser.
"""
import base64
import hashlib
import html.parser
import os
import re
import shutil
import subprocess
import sys
import tempfile

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--hide-scrollbars")
LOADING = {"src", "srcset", "data", "poster", "action", "formaction", "background", "style"}


class Page(html.parser.HTMLParser):
    """What a document holds: elements, attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.texts, self.open = [], [], [], []
        self.feed(text)
        self.text = "".join(self.texts)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self.open:
            self.texts.append(data)

    def count(self, tag, cls=None):
        return sum(1 for name, attrs in self.elements
                   if name == tag and cls in (None, attrs.get("class")))


def dom(browser, folder, path, *flags):
    """The document as the browser sees it after it has run whatever it would run."""
    profile = tempfile.mkdtemp(dir=folder)
    done = subprocess.run([browser, *QUIET, f"--user-data-dir={profile}", *flags,
                           "--dump-dom", "file://" + path], check=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace")


def check(problems, what, holds):
    if not holds:
        problems.append(what)


def policy_of(page):
    for tag, attrs in page.elements:
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy":
            return attrs["content"]
    return ""


def check_closed(problems, source, page):
    """Nothing of the document names anything outside of it, and the policy says so too."""
    style = re.search(r"<style>(.*?)</style>", source, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = policy_of(page)
    ids = [value for name, value in page.attributes if name == "id"]
    check(problems, "policy forbids everything", "default-src 'none'" in policy)
    check(problems, "policy allows the style by its hash", f"'sha256-{digest}'" in policy)
    check(problems, "no unsafe-inline", "unsafe" not in policy)
    check(problems, "no elements that load",
          not {"script", "link", "img", "iframe", "object", "embed", "base"} &
          {tag for tag, _ in page.elements})
    for name, value in page.attributes:
        check(problems, f"attribute {name} loads nothing", name not in LOADING)
        check(problems, f"attribute {name} is no handler", not name.startswith("on"))
        if name == "href":
            check(problems, f"link {value} leads somewhere", value[:1] == "#" and value[1:] in ids)
    check(problems, "every id once", len(ids) == len(set(ids)))
    check(problems, "style reaches for nothing", "url(" not in style and "@import" not in style)


def check_shown(problems, page):
    check(problems, "one h1", page.count("h1") == 1)
    check(problems, "a matrix for each suite", page.count("table", "matrix") == 4)
    check(problems, "a drawing for each bug", page.count("svg", "chart") == 12)
    check(problems, "each drawing as a table", page.count("table", "events") == 12)
    check(problems, "replay command",
          "droptest replay --target './my own.so' 'dt1 target=" in page.text)
    check(problems, "verdict", "2 cases did not go as expected" in page.text)


def check_evil(problems, page):
    title = page.text.split("droptest: ")[1][:5] if "droptest: " in page.text else ""
    check(problems, "nobody changed the title", title == "error")
    for text in ("</script><script>document.title='pwned'</script>",
                 "<img src=x onerror=alert(1)>\"'`&lt; \\u{2028} line \\u{202e} bidi",
                 "\\x1b[31m ansi", "\\xff\\xfe bad \\xc0\\x80 nul ]]> <!-- ",
                 "</style><script>1</script>"):
        check(problems, f"shown as text: {text}", text in page.text)


def written(write_report, folder, kind):
    path = os.path.join(folder, kind + ".html")
    subprocess.run([write_report, kind, path], check=True)
    with open(path, encoding="utf-8") as source:
        return path, source.read()


def run(browser, write_report, folder):
    problems = []
    for kind, special in (("bugs", check_shown), ("evil", check_evil)):
        path, source = written(write_report, folder, kind)
        shown, messages = dom(browser, folder, path, "--enable-logging=stderr", "--v=0")
        page = Page(shown)
        check_closed(problems, source, page)
        special(problems, page)
        check(problems, f"nothing was refused by the policy: {messages}",
              "Content Security Policy" not in messages)
    return problems


def main():
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        print("skipped: no browser found; install chromium")
        return 77
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        problems = run(browser, os.path.abspath(sys.argv[1]), folder)
    for problem in sorted(set(problems)):
        print("not so:", problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
