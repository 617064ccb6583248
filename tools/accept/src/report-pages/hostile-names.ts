/** Names that try to become markup, script, style, a field, an expression or an address. */

const attacks = [
  '</script><script>window.pwned=1</script>',
  '<img src=x onerror="window.pwned=1">',
  '"><svg onload=window.pwned=1>',
  "' onmouseover='window.pwned=1",
  '--><!-- ]]> <![CDATA[',
  '</title></text></svg></style><h1>big</h1>',
  "datum['x'].y[0]",
  '{"signal":"alert(1)"}',
  "'+window.pwned+'",
  'javascript:window.pwned=1',
  'a\\.b[c]\\"d',
  '&lt;b&gt;&amp;#x3c;',
  `\${1+1}{{7*7}}`,
  '\u0000\u0008\u001b[31m\u007f',
  '\u202eevil\u2066',
  '\ud800 half',
  'línea\nnueva\ttab',
  '名前 😀 اسم',
  'url(//evil.example/x)',
  'x'.repeat(400),
];

/** A naming that turns every name into another hostile one; names stay different from each other. */
export function hostileNaming(): (friendly: string) => string {
  const given = new Map<string, string>();
  return (friendly) => {
    const known = given.get(friendly);
    if (known !== undefined) return known;
    const attack = attacks[given.size % attacks.length] as string;
    const name = `${attack} ${given.size}`;
    given.set(friendly, name);
    return name;
  };
}
