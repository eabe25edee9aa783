import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainText } from '../../connectors/hudu/plain-text.ts';

it.each([
  ['<p>One</p><p>Two</p>', 'One\n\nTwo'],
  ['One<br>Two<br/>Three', 'One\nTwo\nThree'],
  ['<h2>Steps</h2><ol><li>Open</li><li><p>Sign <b>in</b></p></li></ol>', 'Steps\n\n- Open\n- Sign in'],
  ['<table><tr><th>Name</th><td>Value</td></tr><tr><td>A</td><td>B</td></tr></table>', 'Name Value\nA B'],
  ['a\n   b\t c', 'a b c'],
  ['Tom &amp; Ada &lt;3 &#39;x&#39; &#x2014; &nbsp;y &unknown;', "Tom & Ada <3 'x' — y &unknown;"],
  ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
  ['before<script>alert("</p>")</script >after', 'beforeafter'],
  ['before<STYLE type="a>b">p { color: red }</STYLE>after', 'beforeafter'],
  ['before<!-- <p>hidden</p> -->after', 'beforeafter'],
  ['<!DOCTYPE html><?xml?>text', 'text'],
  ['<a href="https://x.example/?a>b" title=\'>\'>link</a>', 'link'],
  ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
  ['cut <b', 'cut'],
  ['cut <!-- off', 'cut'],
  ['<script>never closed', ''],
  ['', ''],
  ['&#0;&#xD800;&#x110000;x', 'x'],
])('reads %j as %j', (html, text) => {
  expect(plainText(html)).toBe(text);
});

it('ends for any text and never shows the inside of a script', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string({ unit: fc.constantFrom('<', '>', '/', '"', '=', '-', '!', 'p', ' ') }),
      (words, markup) => {
        expect(plainText(`${words}<script>HIDDEN</script>`)).not.toContain('HIDDEN');
        expect(plainText(markup)).toBe(plainText(markup).trim());
      },
    ),
  );
});

it('reads a megabyte of broken markup', () => {
  expect(plainText('<p '.repeat(300_000))).toBe('');
  expect(plainText('<'.repeat(300_000))).toHaveLength(300_000);
});
