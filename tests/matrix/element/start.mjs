// People with matrix-js-sdk, whose encryption is the one of Element Web, without a window:
//
//     node start.mjs FOLDER
//
// FOLDER holds node_modules. A line of JSON comes in for each thing to do, and one goes out with what
// came of it. Nothing is kept: whoever stops loses the keys.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

// Before version 22 Node has no Promise.withResolvers, and without it a sync hangs and says nothing.
Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};

const [folder] = process.argv.slice(2);
const home = join(folder, "node_modules", "matrix-js-sdk");
const load = (path) => import(pathToFileURL(join(home, path)));
for (const level of ["trace", "debug", "log", "info", "warn"]) console[level] = () => {};
const { createClient, ClientEvent, SyncState } = await load("lib/index.js");
const { AllDevicesIsolationMode, OnlySignedDevicesIsolationMode } = await load("lib/crypto-api/index.js");
const { logger } = await load("lib/logger.js");
logger.setLevel?.("silent");

const people = new Map();

async function start({ who, url, token, device, exclude }) {
  const client = createClient({ baseUrl: url, userId: who, accessToken: token, deviceId: device });
  people.set(who, client);
  await client.initRustCrypto({ useIndexedDB: false });
  const mode = exclude ? new OnlySignedDevicesIsolationMode() : new AllDevicesIsolationMode(false);
  client.getCrypto().setDeviceIsolationMode(mode);
  const ready = new Promise((done) => {
    client.on(ClientEvent.Sync, (state) => state === SyncState.Prepared && done());
  });
  await client.startClient({ initialSyncLimit: 50 });
  await ready;
  const upload = { authUploadDeviceSigningKeys: (send) => send(null) };
  await client.getCrypto().bootstrapCrossSigning(upload);
}

async function seen({ who, room }) {
  const client = people.get(who);
  const events = client.getRoom(room)?.getLiveTimeline().getEvents() ?? [];
  const found = [];
  for (const event of events.filter((each) => !each.isState() && !each.isRedacted())) {
    await client.decryptEventIfNeeded(event);
    const info = event.isEncrypted() ? await client.getCrypto().getEncryptionInfoForEvent(event) : null;
    found.push({
      id: event.getId(),
      sender: event.getSender(),
      type: event.getType(),
      content: event.getContent(),
      encrypted: event.isEncrypted(),
      failure: event.isDecryptionFailure() ? event.decryptionFailureReason : null,
      shield: info?.shieldReason ?? null,
    });
  }
  return found;
}

const deeds = {
  start,
  seen,
  invited: ({ who, room }) => people.get(who).getRoom(room)?.getMyMembership() === "invite",
  join: async ({ who, room }) => void (await people.get(who).joinRoom(room)),
  create: async ({ who, ...options }) => (await people.get(who).createRoom(options)).room_id,
  send: async ({ who, room, type, content }) => (await people.get(who).sendEvent(room, type, content)).event_id,
  knows: ({ who, room, user }) => people.get(who).getRoom(room)?.getMember(user)?.membership ?? null,
  vouched: async ({ who, user, device }) => {
    const status = await people.get(who).getCrypto().getDeviceVerificationStatus(user, device);
    return status?.signedByOwner ?? null;
  },
};

const failed = (error) => ({ error: `${error?.stack ?? error}` });
process.stdout.write('{"ready":true}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { deed, ...details } = JSON.parse(line);
  const answer = await Promise.resolve(deeds[deed](details)).then((done) => ({ done: done ?? null }), failed);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
for (const client of people.values()) client.stopClient();
process.exit(0);
