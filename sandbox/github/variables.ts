/** Actions variables. https://docs.github.com/en/rest/actions/variables */
import { Hono } from "hono";
import { adminOnly } from "./access.ts";
import { notFound, page, Refusal, readBody, timestamp } from "./answers.ts";
import type { Env } from "./authentication.ts";
import type { Repository, Variable } from "./model.ts";
import { laterThan } from "./secret-store.ts";
import { checkName } from "./secrets.ts";

const taken = (): Refusal => new Refusal(409, "Already exists - Variable already exists", "rest/actions/variables");

/** Below `/repos/:owner/:repo/actions/variables`. */
export function variableRoutes(): Hono<Env> {
  return new Hono<Env>()
    .use(adminOnly)
    .get("/", (c) => {
      const variables = [...c.var.repository.variables.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      return c.json({ total_count: variables.length, variables: page(c, variables).map(variableJson) });
    })
    .post("/", async (c) => {
      const { variables } = c.var.repository;
      const body = await readBody(c, { name: "string", value: "string" });
      checkName("Variable", body.name);
      const name = body.name.toUpperCase();
      if (variables.has(name)) throw taken();
      variables.set(name, { name, value: body.value, createdAt: timestamp(), updatedAt: timestamp() });
      return c.json({}, 201);
    })
    .get("/:name", (c) => c.json(variableJson(existing(c.var.repository, c.req.param("name")))))
    .patch("/:name", async (c) => {
      const { variables } = c.var.repository;
      const variable = existing(c.var.repository, c.req.param("name"));
      const body = await readBody(c, { name: "string?", value: "string?" });
      const name = (body.name ?? variable.name).toUpperCase();
      checkName("Variable", name);
      if (name !== variable.name && variables.has(name)) throw taken();
      variables.delete(variable.name);
      const updatedAt = laterThan(variable.updatedAt);
      variables.set(name, { ...variable, name, value: body.value ?? variable.value, updatedAt });
      return c.body(null, 204);
    })
    .delete("/:name", (c) => {
      c.var.repository.variables.delete(existing(c.var.repository, c.req.param("name")).name);
      return c.body(null, 204);
    });
}

function existing(repository: Repository, name: string): Variable {
  const variable = repository.variables.get(name.toUpperCase());
  if (!variable) throw notFound();
  return variable;
}

const variableJson = ({ name, value, createdAt, updatedAt }: Variable): object => ({
  name,
  value,
  created_at: createdAt,
  updated_at: updatedAt,
});
