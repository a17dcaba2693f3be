/** The requests of an act: where in its time they fell, and each of them. */
import { type Html, html } from "../../pages/html.ts";
import type { ActStory, RequestStory, ServiceName } from "./story.ts";
import { count, formatSeconds, renderDetails } from "./text.ts";

export const services: readonly ServiceName[] = ["Tailscale", "GitHub", "Aperture"];

const laneHeight = 18;
/** In units of the drawing; the page stretches it. */
const laneWidth = 1000;

/** One lane for each service that was asked, a stroke for each request: taller and in colour where it writes. */
export function renderLanes({ begun, seconds, requests }: ActStory): Html | undefined {
  const asked = services.filter((name) => requests.some(({ service }) => service === name));
  if (asked.length === 0) return undefined;
  return html`<div class="lanes" role="img" aria-label="${describe(requests)}, over ${formatSeconds(seconds)}">
${asked.map((name) => {
  const own = requests.filter(({ service }) => service === name);
  return html`<span class="soft">${name}</span><svg viewBox="0 0 ${laneWidth} ${laneHeight}" preserveAspectRatio="none">
<line x1="0" x2="${laneWidth}" y1="${laneHeight / 2}" y2="${laneHeight / 2}"/>${own.map((request) => renderStroke(request, begun, seconds))}
</svg>
`;
})}</div>
`;
}

function renderStroke({ at, status, isWrite }: RequestStory, begun: number, seconds: number): Html {
  const x = Math.min(1, Math.max(0, (at - begun) / (seconds || 1))) * (laneWidth - 4);
  const height = isWrite ? laneHeight : laneHeight / 2;
  const kind = status >= 500 ? "bad" : status >= 400 ? "odd" : isWrite ? "write" : "read";
  return html`<rect class="${kind}" x="${x.toFixed(1)}" y="${(laneHeight - height) / 2}" width="4" height="${height}"/>`;
}

/** All requests, closed. */
export function renderRequests({ begun, requests }: ActStory): Html | undefined {
  if (requests.length === 0) return undefined;
  return renderDetails(
    html`${describe(requests)}`,
    html`<table class="requests"><thead><tr><th>After</th><th>To</th><th>Request</th><th>Status</th></tr></thead><tbody>
${requests.map((request) => renderRequest(request, begun))}</tbody></table>`,
  );
}

function renderRequest(request: RequestStory, begun: number): Html {
  const { at, service, method, path, operations, status, isWrite, fault } = request;
  const kind = status >= 500 ? "bad" : status >= 400 ? "odd" : "good";
  const asked = operations.length > 0 && html` <span class="soft">${groupEqual(operations)}</span>`;
  return html`<tr${isWrite && html` class="write"`}><td>${(at - begun).toFixed(2)} s</td><td>${service}</td><td><code><b>${method}</b> ${path}</code>${asked}</td><td><span class="pill ${kind}">${status}</span>${fault !== undefined && ` ${fault}`}</td></tr>
`;
}

/** `createCommitOnBranch, 3 × repository` */
function groupEqual(operations: readonly string[]): string {
  return [...new Set(operations)]
    .map((name) => {
      const times = operations.filter((one) => one === name).length;
      return times === 1 ? name : `${times} × ${name}`;
    })
    .join(", ");
}

/** `12 requests: 7 to Tailscale, 5 to GitHub; 3 writes` */
export function describe(requests: readonly RequestStory[]): string {
  const parts = services.flatMap((name) => {
    const number = requests.filter(({ service }) => service === name).length;
    return number === 0 ? [] : [`${number} to ${name}`];
  });
  const writes = requests.filter(({ isWrite }) => isWrite).length;
  return `${count(requests.length, "request")}: ${parts.join(", ")}; ${count(writes, "write")}`;
}
