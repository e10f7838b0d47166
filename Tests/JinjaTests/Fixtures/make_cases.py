# Writes cases.json: what jinja2 3.1.6 makes of each template (`do` extension, default settings).
#   python3 make_cases.py
import itertools, json, os, random
import jinja2

DATA = {"n": 3, "f": 2.5, "s": "Hello wOrld", "l": [3, 1, 2], "d": {"b": 2, "a": 1},
        "rows": [{"k": "x", "v": 1}, {"k": "y", "v": 2}, {"k": "x", "v": 3}], "t": True, "no": None,
        "e": [], "words": ["pear", "Apple", "fig"], "nested": {"x": {"y": [10, 20, {"z": "deep"}]}}}

T = r"""
plain
{{ n }} {{ f }} {{ s }} {{ l }} {{ d }} {{ t }} {{ no }} {{ missing }}
{{ 'a' "b" 'c' }} {{ "it's" }} {{ ['it\'s', "q\"", 'n\nt\t\\'] }}
{{ 1 + 2 * 3 - 4 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 // 2 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 2 ** -1 }}
{{ 1 / 3 }} {{ 1e16 }} {{ 1e15 }} {{ 1e-5 }} {{ 0.0001 }} {{ 123456789.123 }} {{ 1_000 }} {{ 0x1f }} {{ 0b11 }} {{ 5.0 }} {{ 1e22 }} {{ 1.5e300 }}
{{ 'a' ~ 1 ~ none ~ [1] }} {{ 1 ~ 2 }} {{ 'x' * 3 }} {{ [1] * 3 }} {{ [1] + [2] }} {{ (1,) + (2,) }}
{{ 1 < 2 < 3 }} {{ 1 < 2 > 5 }} {{ 1 == 1.0 }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ 1 in [1] }} {{ 4 not in [1] }} {{ 'el' in 'Hello' }} {{ 'a' in d }}
{{ not t }} {{ t and n }} {{ no or 'x' }} {{ e or 0 }} {{ n if t else 1 }} {{ n if no }} {{ 'a' if no else 'b' if t else 'c' }}
{{ l[0] }} {{ l[-1] }} {{ l[1:] }} {{ l[::-1] }} {{ s[1:4] }} {{ s[-3:] }} {{ s[::2] }} {{ l[:2] }} {{ l[5:] }} {{ s[2] }}
{{ d.a }} {{ d['b'] }} {{ d.zz }} {{ d.get('zz', 9) }} {{ nested.x.y[2].z }} {{ nested['x']['y'].1 }}
{{ () }} {{ (1,) }} {{ (1, 2) }} {{ 1, 2 }} {{ {} }} {{ {'a': [1, {'b': none}]} }} {{ [true, false, none] }}
{% if n == 3 %}a{% elif n == 4 %}b{% else %}c{% endif %}
{% for x in l %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}
{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }};{% endfor %}
{% for k, v in d.items() %}{{ k }}={{ v }} {% endfor %}
{% for k in d %}{{ k }}{% endfor %}{% for c in 'abc' %}{{ c }}-{% endfor %}
{% for x in l if x > 1 %}{{ loop.index }}:{{ x }}/{{ loop.length }} {% else %}none{% endfor %}
{% for x in e %}a{% else %}empty{% endfor %}
{% for x in missing %}a{% else %}empty{% endfor %}
{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for x in [1,1,2] %}{% if loop.changed(x) %}{{ x }}{% endif %}{{ loop.cycle('a','b') }}{{ loop.previtem }}{{ loop.nextitem }} {% endfor %}
{% for x in [[1,[2]],3] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}@{{ loop.depth }}{% endif %}{% endfor %}
{% set x = 1 %}{% for i in l %}{{ x }}{% set x = i %}{% endfor %}{{ x }}
{% set x = 1 %}{% if t %}{% set x = 2 %}{% endif %}{{ x }}
{% set ns = namespace(a=1, b=[]) %}{% for i in l %}{% set ns.a = ns.a + i %}{% do ns.b.append(i) %}{% endfor %}{{ ns.a }}{{ ns.b }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set q %}block {{ a }}{% endset %}[{{ q }}]{% set w | upper %}abc{% endset %}{{ w }}
{% set x %}{% set y = 5 %}{{ y }}{% endset %}{{ x }}{{ y }}
{% macro m(a, b=2, c=a) %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(a=5, c=6) }} {{ m() }}
{% macro v(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ v(1, 2, 3, z=4) }}
{% macro c() %}<{{ caller('x', n) }}>{% endmacro %}{% call(a, b) c() %}{{ a }}:{{ b }}:{{ s }}{% endcall %}
{% macro o() %}{{ n }}{{ inner() }}{% endmacro %}{% macro inner() %}I{% endmacro %}{{ o() }}
{% set g = 7 %}{% macro usesglobal() %}{{ g }}{% endmacro %}{{ usesglobal() }}{% for i in [1] %}{{ usesglobal() }}{% endfor %}
{% macro rec(n) %}{{ n }}{% if n > 0 %}{{ rec(n - 1) }}{% endif %}{% endmacro %}{{ rec(5) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m.name }}{{ m.arguments }}
{% filter upper %}abc {{ s }}{% endfilter %}
{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}
{% raw %}{{ not }} {% if %}{% endraw %}|{%- raw -%}  {{ x }}  {%- endraw -%} y
a {#- comment -#} b {# x #} c {#- y #} d
a  {{- n -}}  b  {%- if t -%}  c  {%- endif -%}  d
a {%+ if t +%} b {%+ endif %} c
{{ {'a': {'b': 1}} }}{{ {'a': {'b': 1}}['a']['b'] }}
{{ s | upper }} {{ s | lower }} {{ s | title }} {{ s | capitalize }} {{ s | length }} {{ s | reverse }} {{ s | first }} {{ s | last }} {{ s | list | join('.') }}
{{ l | sort }} {{ l | sort(reverse=true) }} {{ l | sum }} {{ l | max }} {{ l | min }} {{ l | join(', ') }} {{ l | first }} {{ l | last }} {{ l | length }} {{ l | list }} {{ words | sort }} {{ words | sort(case_sensitive=true) }}
{{ rows | map(attribute='v') | list }} {{ rows | sum(attribute='v') }} {{ rows | selectattr('k', 'equalto', 'x') | list }} {{ rows | rejectattr('k', 'eq', 'x') | list }} {{ rows | map(attribute='q', default=0) | list }}
{{ l | map('string') | list }} {{ l | select('odd') | list }} {{ l | reject('even') | list }} {{ [0, 1, '', 'a'] | select | list }} {{ words | map('upper') | join('|') }} {{ ['a_b'] | map('replace', '_', '-') | list }}
{% for g in rows | groupby('k') %}{{ g.grouper }}={{ g.list | length }};{% endfor %}{% for k, items in rows | groupby('k') %}{{ k }}{{ items | map(attribute='v') | list }}{% endfor %}
{{ d | dictsort }} {{ d | dictsort(by='value', reverse=true) }} {{ d | items | list }} {{ d | list }} {{ d | length }}
{{ [1,2,3,4,5] | batch(2) | list }} {{ [1,2,3,4,5] | batch(2, 'x') | list }} {{ [1,2,3,4,5] | slice(2) | list }} {{ [1,2,3,4,5] | slice(3, 'f') | list }}
{{ [1, 2, 1, 'a', 'A'] | unique | list }} {{ ['b', 'B', 'a'] | unique(case_sensitive=true) | list }}
{{ '  x ' | trim }}| {{ 'xxaxx' | trim('x') }} {{ 'a-b-c' | replace('-', '+') }} {{ 'a-b-c' | replace('-', '+', 1) }} {{ 'aaa' | replace('a', 'aa') }} {{ 'abc' | replace('', '.') }}
{{ missing | default('d') }} {{ no | default('d') }} {{ no | default('d', true) }} {{ '' | d('x', boolean=true) }} {{ 1 if missing is defined else 2 }}
{{ '42' | int }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ 3.9 | int }} {{ '3.9' | int }} {{ '0x1f' | int(base=16) }} {{ ' 5 ' | int }} {{ '3.5' | float }} {{ 'x' | float }} {{ 3 | float }}
{{ 2.5 | round }} {{ 3.5 | round }} {{ 2.675 | round(2) }} {{ 42.55 | round(1, 'floor') }} {{ 42.55 | round(1, 'ceil') }} {{ 7 | round }} {{ 1234.5 | round(-2) }} {{ 0.5 | round }} {{ 1.005 | round(2) }} {{ -2.5 | round }}
{{ -5 | abs }} {{ (-5) | abs }} {{ 5.5 | abs }} {{ [1.5, 2] | sum }} {{ -n | abs }}
{{ d | tojson }} {{ [1, 'a', none, true, 1.5] | tojson }} {{ 'é' | tojson }} {{ '<a>' | escape }}
{{ 'line1\nline2\n\nline4' | indent }}| {{ 'a\nb' | indent(2, true) }} {{ 'a\nb' | indent('> ') }}
{{ 'a b c' | wordcount }} {{ 'x' | center(7) }}| {{ 'hello world foo' | truncate(9, true, leeway=0) }} {{ 'hello world foo' | truncate(11, leeway=0) }}
{{ '%s and %s' | format('a', 1) }} {{ '%05.1f|%-5s|%5s|%+d|%x|%%' % (3.14159, 'ab', 'cd', 5, 255) }} {{ '%(k)s' % {'k': 'v'} }} {{ '%.3f' % 2 }} {{ '%e' % 12345.678 }} {{ '%g' % 0.00001 }} {{ '%g' % 1234567 }} {{ '%r' % 'a' }}
{{ '{} {}'.format(1, 'a') }} {{ '{0}{1}{0}'.format('x', 'y') }} {{ '{a:>5}|{b:<5}|{c:^5}'.format(a='r', b='l', c='m') }} {{ '{:,}'.format(1234567) }} {{ '{:.2f}'.format(3.14159) }} {{ '{:05d}'.format(42) }} {{ '{{}}'.format() }} {{ '{:,.2f}'.format(1234567.891) }} {{ '{:+}'.format(5) }} {{ '{:%}'.format(0.25) }} {{ '{!r}'.format('a') }}
{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ 'a b c d'.split(none, 2) }} {{ 'x\ny\r\nz'.splitlines() }}
{{ 'AbC'.lower() }} {{ 'AbC'.upper() }} {{ 'ab cd-ef'.title() }} {{ 'ab cd-ef' | title }} {{ 'aBC d'.capitalize() }} {{ 'AbC'.swapcase() }} {{ "they're" | title }} {{ "they're".title() }}
{{ '  a '.strip() }}| {{ 'xxa'.lstrip('x') }} {{ 'axx'.rstrip('x') }} {{ 'abc'.startswith('a') }} {{ 'abc'.endswith(('b', 'c')) }} {{ 'abcabc'.find('c') }} {{ 'abcabc'.rfind('c') }} {{ 'abcabc'.count('bc') }} {{ 'abc'.find('z') }} {{ 'abc'.index('b') }}
{{ ','.join(['a', 'b']) }} {{ 'abc'.replace('b', 'x') }} {{ '7'.zfill(3) }} {{ '-7'.zfill(4) }} {{ 'a'.ljust(3) }}| {{ 'a'.rjust(3, '.') }} {{ 'ab'.center(7, '*') }} {{ 'abc'.center(6, '*') }} {{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'ab'.removeprefix('a') }}
{{ '12'.isdigit() }} {{ 'a1'.isalnum() }} {{ 'a1'.isalpha() }} {{ ' '.isspace() }} {{ 'AB'.isupper() }} {{ 'ab1'.islower() }} {{ ''.isdigit() }} {{ '1'.isupper() }}
{% set x = [1] %}{% do x.append(2) %}{% do x.extend([3, 4]) %}{% do x.insert(0, 0) %}{{ x }}{{ x.pop() }}{{ x.pop(0) }}{{ x }}{{ x.index(2) }}{{ x.count(1) }}{% do x.remove(2) %}{% do x.reverse() %}{{ x }}{% do x.sort() %}{{ x }}{{ x.append(1) }}
{% set x = {'a': 1} %}{% do x.update({'b': 2}) %}{% do x.update(c=3) %}{{ x }}{{ x.pop('a') }}{{ x }}{{ x.setdefault('z', 5) }}{{ x.keys() | list }}{{ x.values() | list }}{{ x.items() | list }}
{{ n is defined }}{{ missing is defined }}{{ missing is undefined }}{{ no is none }}{{ s is string }}{{ n is number }}{{ n is integer }}{{ f is float }}{{ t is boolean }}{{ d is mapping }}{{ l is sequence }}{{ l is iterable }}{{ range is callable }}{{ t is true }}{{ t is false }}{{ n is odd }}{{ 4 is even }}{{ 9 is divisibleby 3 }}{{ 9 is divisibleby(2) }}{{ 1 is eq 1 }}{{ 1 is equalto(2) }}{{ 1 is in [1] }}{{ 1 is not in [2] }}{{ n is not none }}{{ 'a' is lower }}{{ 'a' is upper }}{{ t is integer }}{{ t is number }}{{ s is iterable }}{{ n is iterable }}{{ 2 is gt 1 }}{{ 2 is ge(2) }}{{ 2 is ne 2 }}{{ l is sameas l }}
{{ range(3) | list }} {{ range(1, 4) | list }} {{ range(5, 0, -2) | list }} {{ dict(a=1, b=2) }} {{ dict([('x', 1)]) }}
{% set j = joiner('|') %}{{ j() }}a{{ j() }}b
{{ not 1 == 2 }} {{ not t or t }} {{ 1 if not no else 2 }} {{ (1 if t else 2) + 3 }} {{ 1 + (2 if t else 3) }} {{ n == 3 and f > 2 or s == 'x' }} {{ 'a' ~ 'b' | upper }} {{ ('a' ~ 'b') | upper }} {{ 1 ~ 2 | string }} {{ -1 | string }} {{ [1,2] | join if t }}
{{ true }} {{ True }} {{ none }} {{ None }} {{ 1.0 * 2 }} {{ 3 * 1.1 }} {{ 0.1 + 0.2 }} {{ true + true }} {{ 10 / 5 }} {{ 2 ** 0.5 }} {{ 2.0 ** 3 }} {{ 1e3 }} {{ -0.0 }} {{ 100000000000000000.0 }}
{{ loop is defined }}{% for x in [1] %}{{ loop is defined }}{% endfor %}
{{ "a\u00e9b" }} {{ 'ünï' | upper }} {{ 'ünï' | length }} {{ 'ünï'[1] }} {{ ['é'] }} {{ '日本' | list }}
{% if missing %}x{% else %}y{% endif %}{% if no is none and missing is not defined %}z{% endif %}
{% for i in range(3) %}{% for j in range(2) %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}
{% macro a(x) %}{% if x %}{{ x }}{% endif %}{% endmacro %}{% set r = a('q') %}{{ r ~ '!' }}{{ r == 'q' }}
x{% set y = 1 -%}   z{%- set y = 2 %}   w
{{ [[1, 2], [3]] | sum(start=[]) }} {{ [{'a': 1}] | map(attribute='a') | first }} {{ l | map('float') | sum }}
{% print n %}{{ [1,2,3][1:][0] }}{{ {'k': [1]}.k[0] }}{{ 'abc'.upper().lower()[0] }}{{ ('a,b').split(',')[1] }}
{{ {1: 'a', 'b': 2, 1.0: 'c', none: 3} }} {{ 'a' 'b' ~ 'c' }} {{ (1, 'a')[1] }} {{ [1, 2,] }} {{ {'a': 1,} }}
{{ {'a': 1} == {'a': 1.0} }} {{ [1] == (1,) }} {{ 'A' == 'a' }} {{ none == false }} {{ 0 == false }} {{ missing == none }} {{ [] == e }}
{% for x in l | sort %}{{ x }}{% endfor %}{% for x in (1, 2) %}{{ x }}{% endfor %}{% for x in 1, 2 %}{{ x }}{% endfor %}
{{ 10 | string | length }} {{ 1.5 | string }} {{ [1] | string | length }} {{ s.split(' ')[0] | lower ~ '_x' }}
{{ s | replace('o', '0') | upper | replace('L', '1') }} {{ s.replace('o', '0').upper() }}
{{ d.items() | list | length }} {{ 5 in range(10) }} {{ range(10)[2] }}
""".strip("\n").split("\n")

MULTI = [
    "a\n{% if t %}\n  b\n{% endif %}\nc\n", "a\n{%- if t %}\n  b\n{%- endif %}\nc\n\n", "\n\n{{ n }}\n\n",
    "{% for x in l -%}\n  {{ x }},\n{% endfor -%}\nend", "a\r\nb\r\n{{ n }}\r\n", "{{ n -}}\n\n\n x", "  {#- c -#}\n x",
    "{%- macro m() -%}\n  body\n{%- endmacro -%}\n[{{ m() }}]", "{% set x -%}\n  a\n{%- endset %}[{{ x }}]",
    "select {% for c in ['a', 'b'] %}\n  {{ c }}{{ ',' if not loop.last }}\n{% endfor %}\nfrom t", "{{\n n\n}}", "{%\nif\nt\n%}x{%\nendif %}",
    "", "\n", " \n", "{{ '\n' }}", "{{ \"a\\\nb\" }}", "{# multi\nline #}x", "{% raw %}\n x{% endraw %}\n", "a\tb {{- '\t' -}} c",
]

ERRORS = [
    "{{", "{{ n", "{% if t %}", "{% for x in %}{% endfor %}", "{% endif %}", "{{ 1 + }}", "{{ 'abc }}", "{{ n | nofilter }}", "{{ n is notest }}",
    "{{ missing.x }}", "{{ missing() }}", "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}", "{{ 'a' + 1 }}", "{{ [1] < 1 }}", "{{ n() }}", "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}{% endmacro %}{{ m(b=2) }}", "{% set x.y = 1 %}", "{% set 1 = 2 %}", "{% foo %}", "{{ a b }}", "{{ (1 }}", "{{ [1 }}", "{{ {1 }}", "{# x",
    "{% raw %} x", "{% for a, b in [1] %}{% endfor %}", "{% for a, b in [(1, 2, 3)] %}{% endfor %}", "{{ {[1]: 2} }}", "{{ l | join(1, 2, 3, 4) | nof }}", "{{ missing + 1 }}",
    "{{ no.x.y }}", "{{ -s }}", "{{ 'a'.nomethod() }}", "{{ [].pop() }}", "{{ {}.pop('a') }}", "{{ 'x'.index('z') }}", "{{ 1 is is }}", "{{ x | }}", "{% elif x %}", "{{ ? }}",
    "{% if t %}{% endfor %}{% endif %}", "{% macro m(a=1, b) %}{% endmacro %}", "{{ f(a=1, 2) }}", "{{ range(1,2,0) }}", "{{ s.x.y }}", "{{ '%d' % 'a' }}", "{{ '%s %s' % 'a' }}", "{{ '{}'.format() }}", "{% block x %}", "{{ 5 in 5 }}",
]


def grown(seed, count):
    """Random templates over the data: operators, filters and tests in combination."""
    pick = random.Random(seed)
    atoms = ["n", "f", "s", "l", "d", "t", "no", "e", "words", "1", "2.5", "'ab'", "[1, 'x']", "(1, 2)", "{'q': 1}", "''", "0", "-3", "none", "true", "'A b'"]
    filters = ["upper", "lower", "length", "list", "string", "first", "last", "sort", "join('-')", "int", "float", "trim", "title", "reverse | list", "unique | list", "default('z')", "abs", "sum", "tojson", "min", "max", "capitalize", "map('string') | list", "select | list"]
    tests = ["defined", "none", "string", "number", "mapping", "sequence", "iterable", "odd", "true", "boolean", "integer", "float"]
    operators = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]

    def expression(depth):
        kind = pick.randrange(9) if depth else 0
        if kind <= 1:
            return pick.choice(atoms)
        if kind <= 4:
            return "(%s %s %s)" % (expression(depth - 1), pick.choice(operators), expression(depth - 1))
        if kind == 5:
            return "(%s) | %s" % (expression(depth - 1), pick.choice(filters))
        if kind == 6:
            return "(%s) is %s%s" % (expression(depth - 1), pick.choice(["", "not "]), pick.choice(tests))
        if kind == 7:
            return "(%s if %s else %s)" % (expression(depth - 1), expression(depth - 1), expression(depth - 1))
        return "not (%s)" % expression(depth - 1)

    made = []
    while len(made) < count:
        text = "{{ %s }}" % expression(3)
        if "**" not in text:
            made.append(text)
    return made


environment = jinja2.Environment(extensions=["jinja2.ext.do"])
cases = []
for group, template in itertools.chain((("hand", t) for t in T + MULTI), (("error", t) for t in ERRORS), (("grown", t) for t in grown(7, 1500))):
    try:
        data = json.loads(json.dumps(DATA))
        expected = environment.from_string(template).render(**data)
    except Exception as error:
        expected = None
        if group == "hand":
            print("no result:", template, repr(error))
    if expected is not None and ("object at" in expected or "dict_" in expected):
        continue
    cases.append({"group": group, "template": template, "expected": expected})
folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "cases.json"), "w") as file:
    json.dump({"data": DATA, "cases": cases}, file, indent=0, ensure_ascii=False)
print(len(cases), sum(c["expected"] is None for c in cases))
