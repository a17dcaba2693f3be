/** What the steps of a workflow say. Without values: the last step logs tag, base URL and model once. */
import * as aperture from "../messages/aperture.ts";
import * as claude from "../messages/claude.ts";
import { type Message, toPlainText } from "../messages/entry.ts";
import * as noRun from "../messages/no-run.ts";
import * as tailnet from "../messages/tailnet.ts";

const { aperture: _aperture, ...ofAperture } = aperture;
const { claude: _claude, ...ofClaude } = claude;
const { noRun: _noRun, ...ofNoRun } = noRun;
const { tailnet: _tailnet, ...ofTailnet } = tailnet;
const messages = { ...ofAperture, ...ofClaude, ...ofNoRun, ...ofTailnet };

type TextName = keyof typeof messages;

/** By the name of the message. `byStatus` has those for an HTTP status of the model's side, 500 for all from 500 on. */
export type Texts = Readonly<Record<TextName, string>> & { readonly byStatus: Readonly<Record<number, string>> };

const says = Object.fromEntries(
  Object.entries<Message>(messages).map(([name, message]) => [name, toPlainText(message.says)]),
) as Record<TextName, string>;

export const texts: Texts = {
  ...says,
  byStatus: Object.fromEntries(
    Object.entries(says).flatMap(([name, text]) => {
      const [, status] = /^status(\d+)$/.exec(name) ?? [];
      return status === undefined ? [] : [[status, text]];
    }),
  ),
};
