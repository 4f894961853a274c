import { startEmulator } from "up42-emulator";

// The emulator in a process of its own: its work must not count as the provider's. Talks to the benchmark over IPC.
const emulator = await startEmulator({ latencyMs: Number(process.env.BENCH_LATENCY ?? "0") });
process.on("message", (message) => {
  if (message === "clear") emulator.clearRequests();
  const requests = emulator.requests.map(({ method, path }) => ({ method, path }));
  process.send?.({ url: emulator.url, requests });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ url: emulator.url, requests: [] });
