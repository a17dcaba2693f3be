/** `/api/graphql`. https://docs.github.com/en/graphql */
import { buildSchema, execute, GraphQLError, parse, validate } from "graphql";
import { type Context, Hono } from "hono";
import { unknownRoute } from "../../service.ts";
import { refusedFields } from "../actions/job-rights.ts";
import { origin, readBody } from "../answers.ts";
import type { Env } from "../authentication.ts";
import { type ContentLimiter, TooMuchContent } from "../content-limits.ts";
import type { GitHubState } from "../state.ts";
import { commitMutations } from "./mutations-commits.ts";
import { pullMutations } from "./mutations-pulls.ts";
import { fieldsIn, operationsIn, unknownField } from "./operations.ts";
import { queries } from "./queries.ts";
import type { GraphqlRequest } from "./request.ts";
import { rulesText } from "./rules.ts";
import { schemaText } from "./schema.ts";
import { checksText } from "./schema-checks.ts";
import { mutationsText } from "./schema-mutations.ts";
import { pullsText } from "./schema-pulls.ts";

const schema = buildSchema(schemaText + mutationsText + pullsText + rulesText + checksText);

/** What an older server does not know: mutations by name, fields as `Type.field`. */
interface Lacking {
  lackedMutations: string[] | undefined;
  lackedFields: string[] | undefined;
}

/** A field that the schema lacks is a 501, recorded as unknown. Mutations of one request run one after the other. */
export function graphqlRoutes(
  state: GitHubState,
  limiterOf: (userId: number) => ContentLimiter,
  { lackedMutations = [], lackedFields = [] }: Lacking,
): Hono<Env> {
  return new Hono<Env>().post("/", async (c) => {
    const body = await readBody(c, { query: "string", variables: "object?", operationName: "string?" });
    const request: GraphqlRequest = { state, viewer: c.var.viewer, html: origin(c) };
    const limiter = limiterOf(c.var.viewer.id);
    const lacked = operationsIn(await c.req.text()).filter((name) => lackedMutations.includes(name));
    if (lacked.length > 0) return c.json({ errors: lacked.map((name) => unknownField("Mutation", name)) });
    try {
      const document = parse(body.query);
      const problems = validate(schema, document);
      if (problems.length > 0) return unknownRoute(c, problems.map(({ message }) => message).join(" "));
      const fields = fieldsIn(document, schema);
      const unknown = fields.filter((field) => lackedFields.includes(field.join(".")));
      if (unknown.length > 0) return c.json({ errors: unknown.map(([type, field]) => unknownField(type, field)) });
      const refused = refusedFields(c.var.viewer, state.byId(c.var.viewer.job?.repositoryId ?? 0), fields);
      if (refused.length > 0) return c.json({ data: null, errors: refused });
      const result = await execute({
        schema,
        document,
        rootValue: { ...queries(request), ...commitMutations(request, limiter), ...pullMutations(request, limiter) },
        ...(body.variables ? { variableValues: body.variables } : {}),
        ...(body.operationName ? { operationName: body.operationName } : {}),
      });
      return answer(c, result.data, result.errors ?? []);
    } catch (error) {
      if (error instanceof GraphQLError) return answer(c, undefined, [error]);
      throw error;
    }
  });
}

/**
 * GitHub answers 200 whatever failed, and puts the error's type beside its message; beyond the secondary limit it answers
 * "200 or 403", without saying when. Here it is 403 when nothing of the request was done, and otherwise an error at each
 * mutation that was one too many.
 */
function answer(
  c: Context,
  data: Record<string, unknown> | null | undefined,
  errors: readonly GraphQLError[],
): Response {
  const limited = errors.map(({ originalError }) => originalError).find((error) => error instanceof TooMuchContent);
  if (limited && Object.values(data ?? {}).every((value) => value === null)) return limited.answer(c);
  if (limited) c.header("Retry-After", String(limited.retryAfterSeconds));
  const shown = errors.map(({ message, path, locations, extensions }) => ({
    ...(extensions.type ? { type: extensions.type } : {}),
    ...(path ? { path } : {}),
    locations,
    message,
  }));
  return c.json({ ...(data === undefined ? {} : { data }), ...(shown.length > 0 ? { errors: shown } : {}) });
}
