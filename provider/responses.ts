/** Values as the messages that the engine reads. */
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import type structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { Problem } from "../core/problem.ts";
import type { Change } from "./diff.ts";

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
