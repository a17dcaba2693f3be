/** Values as the messages that the engine reads. */
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { Problem } from "../core/policy/rules.ts";
import type { Change } from "./diff.ts";
import { appliedKey } from "./inputs.ts";
import { fragmentToken } from "./schema.ts";
import { encode } from "./structs.ts";

/** The outputs of a fragment that was written: its inputs, secrets included, and what was written. */
export function withApplied(inputs: structPb.Struct | undefined): structPb.Struct {
  const outputs = inputs?.cloneMessage() ?? new structPb.Struct();
  const access = outputs.getFieldsMap().get("access");
  if (access) outputs.getFieldsMap().set(appliedKey, access.cloneMessage());
  return outputs;
}

/** The checked inputs: as they came, with the default of the mode. */
export function withMode(news: structPb.Struct | undefined): structPb.Struct | undefined {
  if (!news || news.getFieldsMap().has("mode")) return news;
  const mode = encode({ mode: "write" }).getFieldsMap().get("mode");
  if (mode) news.getFieldsMap().set("mode", mode);
  return news;
}

export function checkResponse(inputs: structPb.Struct | undefined, problems: Problem[]): pb.CheckResponse {
  const response = new pb.CheckResponse();
  response.setInputs(inputs);
  const failures = problems.map(({ path, message }) => {
    const failure = new pb.CheckFailure();
    // With a property the engine prints "property P value {<nil>} has a problem" for every nested path.
    failure.setReason(path === "" ? message : `${path}: ${message}`);
    return failure;
  });
  response.setFailuresList(failures);
  return response;
}

export function sharedOwner(owner: string, urn: string): Problem {
  const name = urn.split("::").at(-1) ?? urn;
  return {
    path: "owner",
    message:
      `${JSON.stringify(owner)} is the owner of the ${fragmentToken} "${name}" already, and each would remove the ` +
      "other's entries. Give each its own owner, or make them one.",
  };
}

const kinds = {
  add: pb.PropertyDiff.Kind.ADD,
  delete: pb.PropertyDiff.Kind.DELETE,
  update: pb.PropertyDiff.Kind.UPDATE,
} satisfies Record<Change, unknown>;

export function diffResponse(found: Map<string, Change>): pb.DiffResponse {
  const response = new pb.DiffResponse();
  response.setChanges(found.size > 0 ? pb.DiffResponse.DiffChanges.DIFF_SOME : pb.DiffResponse.DiffChanges.DIFF_NONE);
  response.setDiffsList([...new Set([...found.keys()].map((path) => path.split(/[.[]/, 1)[0] ?? path))]);
  for (const [path, change] of found) {
    const property = new pb.PropertyDiff();
    property.setKind(kinds[change]);
    property.setInputdiff(true);
    response.getDetaileddiffMap().set(path, property);
  }
  response.setHasdetaileddiff(true);
  return response;
}
