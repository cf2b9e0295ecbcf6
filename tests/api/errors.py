#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""errors.py SOURCE

Compares the tables of docs/errors.md with the explanations in lib/, both ways: each cause
and remedy of the code is in a row, with the values as "…"; the texts of a row are of one
function; and the tests that it names exist. Prints rows for texts that have none, ready to
be put into a table with the test in the place of TEST.
"""
import pathlib
import re
import sys

SAYING = ('explain_text', 'explain_usage', 'say_cause', 'say_remedy')
# Arguments of these calls that are no explanation: the error and the step.
SKIPPED = {'explain_text': 3, 'explain_usage': 2, 'say_cause': 1, 'say_remedy': 1}
UNTESTED_MAX = 2  # rows with "none" as the test; a new cause comes with one
WORDS_MIN = 3  # of a text; shorter ones only join others
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|\b(PRI[ux]\d\d)\b|\b([A-Z][A-Z_]{3,})\b')
CONVERSION = re.compile(r'%[-0-9.*]*[hljzt]*[a-zA-Z]')


def without_comments(text):
    return re.sub(r'/\*.*?\*/|//[^\n]*', ' ', text, flags=re.S)


def macros_of(text):
    """String macros of a file: name to value."""
    found = re.findall(r'#define (\w+)[ \t\\\n]+"((?:[^"\\]|\\.)*)"[ \t]*\n', text)
    return dict(found)


def literals(text, macros):
    """The string literals of a piece of C, adjacent ones joined."""
    runs, end = [], None
    for match in STRING.finditer(text):
        if match[2]:
            piece = 'u'
        elif match[3]:
            if match[3] not in macros:
                continue
            piece = macros[match[3]]
        else:
            piece = match[1]
        if end is not None and not text[end:match.start()].strip():
            runs[-1] += piece
        else:
            runs.append(piece)
        end = match.end()
    return runs


def normal(text):
    """A text as the tables show it."""
    text = text.replace('\\"', '"').replace('\\n', ' ')
    text = CONVERSION.sub('…', text)
    return re.sub(r'\s+', ' ', text).strip(' .,;:')


def counts(text):
    return len(re.findall('[a-zA-Z]{2,}', text)) >= WORDS_MIN


def closing(text, start):
    """The index behind the bracket that closes the one at start."""
    depth, quoted, i = 0, False, start
    while i < len(text):
        c = text[i]
        if quoted and c == '\\':
            i += 1
        elif c == '"':
            quoted = not quoted
        elif not quoted and c in '({':
            depth += 1
        elif not quoted and c in ')}':
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    return len(text)


def arguments(text):
    """Splits the arguments of a call at its own commas."""
    parts, depth, quoted, start = [], 0, False, 0
    for i, c in enumerate(text):
        if c == '"' and text[i - 1] != '\\':
            quoted = not quoted
        elif quoted:
            continue
        elif c in '({':
            depth += 1
        elif c in ')}':
            depth -= 1
        elif c == ',' and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return parts + [text[start:]]


class Function:
    """A function that explains: its texts in order, and the functions that it calls."""

    def __init__(self, path, name, body, macros):
        self.path, self.name = path, name
        self.calls = set(re.findall(r'\b(say_\w+|explain_\w+)\(', body))
        self.rows = []  # of (errno, [causes], [remedies], [places in the body])
        for match in re.finditer(r'\{(-E\w+),', body):
            entry = body[match.start() + 1:closing(body, match.start()) - 1]
            self.add(match.start(), match[1],
                     *[literals(p, macros) for p in arguments(entry)[1:]])
        for match in re.finditer(r'\b(%s)\(' % '|'.join(SAYING), body):
            call = body[match.end():closing(body, match.end() - 1) - 1]
            parts = arguments(call)[SKIPPED[match[1]]:]
            if match[1] == 'say_cause':
                self.add(match.start(), '', literals(','.join(parts), macros), [])
            elif match[1] == 'say_remedy':
                self.add(match.start(), '', [], literals(','.join(parts), macros))
            else:
                code = re.search(r'-E[A-Z0-9]+', call)
                usage = match[1] == 'explain_usage'
                self.add(match.start(), '-EINVAL' if usage else code[0] if code else '',
                         literals(','.join(parts[1:]), macros), literals(parts[0], macros))

    def add(self, place, code, causes, remedies):
        """A cause begins a row, and a remedy belongs to the causes before it."""
        causes = [t for t in map(normal, causes) if counts(t)]
        remedies = [t for t in map(normal, remedies) if counts(t)]
        if not causes and not remedies:
            return
        row = self.rows[-1] if self.rows and not code else None
        if row and (not causes or not row[0] and not row[2]):
            row[1].extend(causes)
            row[2].extend(remedies)
            row[3].append(place)
        else:
            self.rows.append((code, causes, remedies, [place]))

    def texts(self):
        return {t for _, causes, remedies, _ in self.rows for t in causes + remedies}


def functions_of(path, root):
    text = without_comments(path.read_text())
    macros = macros_of(text)
    heads = re.finditer(r'^(?:[a-z][^\n;={}]*?\b(\w+)\((?:[^;{}]|\n)*?)^\{', text, re.M)
    for head in heads:
        body = text[head.end() - 1:closing(text, head.end() - 1)]
        function = Function(str(path.relative_to(root)), head[1], body, macros)
        if function.rows:
            yield function


def read_code(root):
    found = []
    for path in sorted((root / 'lib').rglob('*.c')):
        if 'lib/sim/' not in str(path):
            found += functions_of(path, root)
    return found


def cell(texts):
    return '<br>'.join(t.replace('|', '\\|') for t in texts)


def read_tables(path):
    """Rows of four cells: error, causes, remedies, tests."""
    rows = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.startswith('|') or re.match(r'\|[-|: ]*$|\| error ', line):
            continue
        cells = [c.strip() for c in re.split(r'(?<!\\)\|', line)[1:-1]]
        cells = [c.replace('\\|', '|') for c in cells]
        split = [[normal(t) for t in c.split('<br>') if t.strip()] for c in cells]
        rows.append((number, cells, split))
    return rows


def known_tests(root):
    names = {'remedies: ' + n for n in re.findall(
        r'^(\w+)\(\) \{', (root / 'tests/remedies/remedies.sh').read_text(), re.M)}
    for folder in ('unit', 'kernel', 'bpf', 'tools', 'guest/cases'):
        for path in (root / 'tests' / folder).glob('*.*'):
            names.add('%s/%s' % (folder.split('/')[0], path.stem))
    return names


def main(root):
    code = read_code(root)
    by_name = {f.name: f for f in code}
    rows = read_tables(root / 'docs/errors.md')
    tests = known_tests(root)
    status = 0

    def complain(text):
        nonlocal status
        print(text)
        status = 1

    # A function says what those say that it calls.
    def reach(function, seen):
        seen.add(function.name)
        texts = function.texts()
        for name in function.calls - seen:
            if name in by_name:
                texts |= reach(by_name[name], seen)
        return texts

    reachable = [reach(f, set()) for f in code]
    written = set()
    untested = 0
    for number, cells, split in rows:
        if len(cells) != 4:
            complain('docs/errors.md:%d: a row has 4 cells' % number)
            continue
        texts = {t for t in split[1] + split[2] if counts(t)}
        written |= texts
        if not any(texts <= r for r in reachable):
            missing = [t for t in texts if not any(t in r for r in reachable)]
            complain('docs/errors.md:%d: not in the code%s' % (
                number, ': ' + '; '.join(missing) if missing else ' of one function'))
        named = [t.strip() for t in cells[3].split(',')]
        if named == ['none']:
            untested += 1
            continue
        for name in named:
            if name not in tests:
                complain('docs/errors.md:%d: no such test: "%s"' % (number, name))
    for function in code:
        for code_name, causes, remedies, _ in function.rows:
            if any(t not in written for t in causes + remedies):
                complain('docs/errors.md lacks, of %s() in %s:\n| %s | %s | %s | TEST |' % (
                    function.name, function.path, code_name.lstrip('-'), cell(causes),
                    cell(remedies)))
    if untested > UNTESTED_MAX:
        complain('docs/errors.md: %d rows have no test, of %d allowed' % (untested, UNTESTED_MAX))
    return status


if __name__ == '__main__':
    sys.exit(main(pathlib.Path(sys.argv[1])))
