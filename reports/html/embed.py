#!/usr/bin/env python3
"""Makes style sheets a C header: their text, and its SHA-256 as the page's policy names it.

usage: embed.py STYLE... HEADER
"""
import base64
import hashlib
import re
import sys


def shrink(css):
    """Without comments and indentation: the page carries the style, not its explanation."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    lines = (line.strip() for line in css.splitlines())
    return "\n".join(line for line in lines if line)


def refuse(css):
    """What could end the style element, or reach for something outside the page."""
    for bad in ("<", "\\", "@import", "url(", "expression("):
        if bad in css:
            return bad
    return None


def quoted(line):
    return '\t"' + line.replace('"', '\\"') + '\\n"'


def main():
    css = ""
    for path in sys.argv[1:-1]:
        with open(path, encoding="ascii") as source:
            css += shrink(source.read()) + "\n"
        bad = refuse(css)
        if bad:
            sys.exit(f"{path}: '{bad}' must not stand in an embedded style")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    with open(sys.argv[-1], "w", encoding="ascii") as out:
        out.write("/* Made by embed.py. */\n")
        out.write(f'static const char style_digest[] = "sha256-{digest}";\n')
        out.write("static const char *const style_lines[] = {\n")
        for line in css.splitlines():
            out.write(quoted(line) + ",\n")
        out.write("};\n")


if __name__ == "__main__":
    main()
