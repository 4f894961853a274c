// UP42 with two accounts, emulated.
import { startEmulator } from "up42-emulator";

const account = (name, digit) => ({
  username: `${name}@up42.example`,
  password: `${name}-password`,
  projectId: `${digit.repeat(8)}-0000-4000-8000-000000000000`,
  projectApiKey: `${name}-key`,
  workspaceId: `${digit.repeat(8)}-0042-4042-8042-000000000042`,
});

const accounts = [account("farming", "a"), account("maritime", "b")];
const { url } = await startEmulator({ port: 8042, accounts, log: console.log });
console.log(`UP42's webhooks API, emulated: ${url}`);
