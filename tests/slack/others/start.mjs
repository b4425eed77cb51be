// Starts the Slack of the npm package "emulate" on a port of this machine:
//
//     node start.mjs FOLDER PORT SEED.json
//
// FOLDER holds node_modules. The package posts events, and has no way to say to where (for its GitHub
// it has one): so we stand beside the plugin when it registers, and add a path that takes an address.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, port, seed] = process.argv.slice(2);
const dist = join(folder, "node_modules", "emulate", "dist");
const named = readdirSync(dist).find(
  (name) => name.endsWith(".js") && readFileSync(join(dist, name), "utf8").includes("var slackPlugin"),
);
const { slackPlugin } = await import(pathToFileURL(join(dist, named)));
const { createEmulator } = await import(pathToFileURL(join(dist, "api.js")));

const register = slackPlugin.register;
slackPlugin.register = (app, store, webhooks, ...more) => {
  app.post("/subscribe", async (c) => {
    const url = await c.req.text();
    return c.json(webhooks.register({ url, events: ["*"], active: true, owner: "slack" }));
  });
  app.post("/delivered", (c) => c.json(webhooks.getDeliveries()));
  return register.call(slackPlugin, app, store, webhooks, ...more);
};

const slack = JSON.parse(readFileSync(seed, "utf8"));
await createEmulator({ service: "slack", port: Number(port), seed: { slack, tokens: {} } });
console.log("ready");
