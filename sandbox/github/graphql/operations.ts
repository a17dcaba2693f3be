/** What a GraphQL request asks for, without running it: what the journal shows and what faults are chosen by. */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";

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

/** Every field that a document asks for, by the type that has it: `["Ref", "rules"]`. */
export function fieldsIn(document: DocumentNode, schema: GraphQLSchema): [type: string, field: string][] {
  const found: [string, string][] = [];
  const info = new TypeInfo(schema);
  const note = (field: FieldNode) => {
    found.push([info.getParentType()?.name ?? "", field.name.value]);
  };
  visit(document, visitWithTypeInfo(info, { Field: note }));
  return found;
}

/** GitHub's answer to a request for what its version does not know: status 200, no data, nothing done. */
export function unknownField(type: string, name: string): object {
  return {
    path: [type === "Mutation" ? "mutation" : "query", name],
    extensions: { code: "undefinedField", typeName: type, fieldName: name },
    message: `Field '${name}' doesn't exist on type '${type}'`,
  };
}
