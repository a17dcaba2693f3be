/** Rules of the report, for screens of all widths and for paper. */
export const style = `
header, nav, section { margin-bottom: 1.25rem; }
section, nav {
  padding: 1rem 1.15rem; background: var(--sheet); border: 1px solid var(--line); border-radius: .6rem; scroll-margin-top: .5rem;
}
h2 .pill { font-size: .8rem; vertical-align: .1em; }
h3 { font-size: 1rem; margin: 0; }
.verdict { margin: .75rem 0 .25rem; font-size: 1.1rem; }
.figures { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; font-variant-numeric: tabular-nums; }
.none { color: var(--soft); }
.contents { list-style: none; margin: 0; padding: 0; }
.contents li { display: grid; grid-template-columns: minmax(12rem, 2fr) 3fr 4.5rem 4.5rem; gap: .75rem; align-items: center; padding: .2rem 0; }
.contents .time { text-align: right; font-variant-numeric: tabular-nums; }
.contents .pill { justify-self: end; }
.bar { position: relative; height: .6rem; background: var(--shade); border-radius: .3rem; overflow: hidden; }
.bar i { position: absolute; top: 0; bottom: 0; min-width: 3px; background: var(--link); border-radius: .3rem; }
.checks { list-style: none; padding: 0; margin: .5rem 0; }
.checks li { display: grid; grid-template-columns: 1.4rem 1fr; }
.held b { color: var(--good); }
.broken, .broken b { color: var(--bad); font-weight: 700; }
.lanes { display: grid; grid-template-columns: auto 1fr; gap: .15rem .75rem; align-items: center; margin: .75rem 0; font-size: .8rem; }
.lanes svg { width: 100%; height: 1.1rem; }
.lanes line { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
rect.read { fill: var(--soft); }
rect.write { fill: var(--link); }
rect.odd { fill: var(--odd); }
rect.bad { fill: var(--bad); }
details { margin: .5rem 0; border: 1px solid var(--line); border-radius: .4rem; overflow: hidden; }
summary { cursor: pointer; padding: .4rem .7rem; background: var(--shade); overflow-wrap: anywhere; }
details > details { margin: .5rem; }
details > pre { margin: 0; border: 0; border-radius: 0; border-top: 1px solid var(--line); }
pre {
  margin: .5rem 0; padding: .6rem .7rem; background: var(--page); border: 1px solid var(--line); border-radius: .4rem; font-size: .8rem;
  line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 32rem; overflow-y: auto; tab-size: 4;
}
.add { color: var(--good); }
.remove, .error { color: var(--bad); }
.place, .warning { color: var(--odd); }
.group { font-weight: 700; }
.run, .gateway { margin: .75rem 0; padding: .7rem .85rem; border: 1px solid var(--line); border-left: .3rem solid var(--link); border-radius: .4rem; }
.gateway ul, .steps { list-style: none; margin: .3rem 0; padding: 0; }
.gateway li { padding: .15rem 0; overflow-wrap: anywhere; }
.steps { columns: 15rem; }
.steps li { display: grid; grid-template-columns: 1.2rem 1fr; background: none; color: var(--ink); break-inside: avoid; }
.steps .good b { color: var(--good); }
.steps .bad, .steps .bad b { color: var(--bad); }
.steps .none { color: var(--soft); }
.job { margin-top: .5rem; padding-top: .25rem; border-top: 1px solid var(--line); }
.annotation { padding: .4rem .7rem; border-left: .25rem solid var(--soft); background: var(--shade); overflow-wrap: anywhere; }
.annotation.failure { border-color: var(--bad); }
.annotation.warning { color: inherit; border-color: var(--odd); }
.requests { width: 100%; border-collapse: collapse; font-size: .8rem; }
.requests th, .requests td { text-align: left; vertical-align: top; padding: .2rem .7rem; border-top: 1px solid var(--line); }
.requests td:nth-child(3) { overflow-wrap: anywhere; width: 100%; }
.requests td:first-child { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); }
.requests .write b { color: var(--link); }
@media screen and (max-width: 42rem) {
  main { padding: 1rem .6rem 2rem; }
  section, nav { padding: .8rem .75rem; }
  .contents li { grid-template-columns: 1fr auto auto; gap: .1rem .75rem; padding: .35rem 0; }
  .contents .bar { grid-row: 2; grid-column: 1 / -1; height: .35rem; }
  .requests th:first-child, .requests td:first-child { display: none; }
  .requests th, .requests td { padding: .2rem .4rem; }
}
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  section, nav { border: 0; padding: 0; }
  section { break-before: auto; }
  h2, h3, summary { break-after: avoid; }
  .run > h3, .checks li, tr { break-inside: avoid; }
  pre { max-height: none; overflow: visible; font-size: 7.5pt; }
  details { overflow: visible; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;
