/** What a GraphQL request asks for, without running it: what the journal shows and what faults are chosen by. */
import { Kind, type OperationDefinitionNode, parse } from "graphql";

/**
 * The names of the fields at the top of the request's operation, one for each alias: `["createCommitOnBranch",
 * "createCommitOnBranch"]`, `["nodes"]`. Empty for what does not parse.
 */
export function operationsIn(body: string): string[] {
  try {
    const { query, operationName } = JSON.parse(body) as { query: string; operationName?: string };
    const operations = parse(query).definitions.filter(
      (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
    );
    const chosen = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
    const fields = chosen?.selectionSet.selections ?? [];
    return fields.flatMap((field) => (field.kind === Kind.FIELD ? [field.name.value] : []));
  } catch {
    return [];
  }
}

/** GitHub's answer to a mutation that its version does not know: status 200, no data. */
export function unknownField(name: string): object {
  return {
    path: ["mutation", name],
    extensions: { code: "undefinedField", typeName: "Mutation", fieldName: name },
    message: `Field '${name}' doesn't exist on type 'Mutation'`,
  };
}
