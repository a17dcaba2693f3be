/** A wait that GitHub asks for, as people read it. Loads nothing: the client is loaded when it is needed. */
import { formatMessage } from "../../core/messages/entry.ts";
import { rateLimited } from "../../core/messages/repositories.ts";

/** `now` in milliseconds since the epoch. */
export function describeWait(seconds: number, now: number): string {
  const time = new Date(now + seconds * 1000).toISOString().slice(11, 19);
  return formatMessage(rateLimited, { seconds, time: `${time} UTC` });
}
