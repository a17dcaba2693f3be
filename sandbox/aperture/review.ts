/** What the model does when a test does not care: it reads the patches that the prompt names, and says which files it saw. */
import { type ModelAnswer, type ModelRequest, userTexts } from "./model.ts";

/** Heads of patches as the workflow collects them, with the number of the line in front where a tool has read them. */
const patchHead = /^(?:\s*\d+(?:→|\t))?## (?:added|changed|copied|modified|removed|renamed) (.+)$/gm;

/** A path with an ending, as diffs and lists have them; not the parts of a host name or a version. */
const anyPath = /(?<![\w./:@-])((?:[\w.-]+\/)*[\w-][\w.-]*\.[a-z][a-z0-9]{0,5})(?![\w/-])/g;

/** The file that a prompt asks to read first. */
const patches = /\bRead (\S+\.diff)\b/;

const most = 5;

export function reviewFiles(request: ModelRequest): string | ModelAnswer {
  const texts = userTexts(request).join("\n");
  const [, file] = patches.exec(texts) ?? [];
  const canRead = request.tools?.some(({ name }) => name === "Read") ?? false;
  if (file && canRead && request.messages.length === 1) {
    return { toolUses: [{ name: "Read", input: { file_path: file } }] };
  }
  const verdict = "I have read the change and found nothing that has to be mended.";
  const files = listFiles(texts);
  if (files.length === 0) return verdict;
  const remarks = files.map((one) => `- \`${one}\`: reads well; a test for the new lines would help the next reader.`);
  return [verdict, "", ...remarks].join("\n");
}

/** Those that patches change; without patches, all that are named. */
function listFiles(texts: string): string[] {
  const heads = [...texts.matchAll(patchHead)];
  const found = heads.length > 0 ? heads : [...texts.matchAll(anyPath)];
  const files = found.map(([, file = ""]) => file.replace(/^[ab]\//, "")).filter((file) => !file.endsWith(".diff"));
  return [...new Set(files)].slice(0, most);
}
