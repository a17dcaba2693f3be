/** A whole page: one file, without a script and without anything from elsewhere; for light and dark, phones and paper. */
import { type Html, html, markup } from "./html.ts";

const style = `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --sheet: #ffffff; --ink: #1c2430; --soft: #5b6675; --line: #dde2e8; --shade: #eef1f5; --link: #1f5fbf;
  --good: #14663a; --good-back: #ddf3e5; --bad: #a11d2b; --bad-back: #fde4e6; --odd: #7a4d00; --odd-back: #fff0d2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --sheet: #1a2028; --ink: #e4e9ef; --soft: #9aa6b5; --line: #313a46; --shade: #222a34; --link: #84b4ff;
    --good: #7fdca4; --good-back: #163524; --bad: #ff9aa4; --bad-back: #431b21; --odd: #f5c56b; --odd-back: #3c2d10;
  }
}
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --sheet: #ffffff; --ink: #000000; --soft: #444444; --line: #c4c4c4; --shade: #f3f3f3; --link: #000000;
    --good: #14663a; --good-back: #ffffff; --bad: #a11d2b; --bad-back: #ffffff; --odd: #7a4d00; --odd-back: #ffffff;
  }
  .screen { display: none !important; }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink); -webkit-text-size-adjust: 100%;
  overflow-wrap: break-word;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0; }
p { margin: .5rem 0; }
a { color: var(--link); }
.soft { color: var(--soft); }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; }
code { font-size: .9em; }
.pill {
  display: inline-block; padding: 0 .5rem; border-radius: 1rem; font-weight: 600; font-variant-numeric: tabular-nums;
  border: 1px solid currentColor; white-space: nowrap; font-size: .85em; line-height: 1.5;
}
.good { color: var(--good); background: var(--good-back); }
.bad { color: var(--bad); background: var(--bad-back); }
.odd { color: var(--odd); background: var(--odd-back); }
`;

export interface Page {
  title: string;
  /** Rules of this page's own. */
  style: string;
  body: Html;
}

export function renderPage({ title, style: own, body }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'">
<title>${title}</title>
<style>${markup(style)}${markup(own)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text;
}
