import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { INSPECTION_CA } from "../support/certificates";
import { script } from "../support/deployment";
import { type ProxyProcess, startProxyProcess } from "../support/proxy-process";
import { createProject, type PulumiProject } from "../support/pulumi";
import { type Front, startFront } from "../support/tls-front";

// As in many a company: UP42 is found by a proxy alone, and a gateway looks into TLS with a certificate of its own.

const PROGRAM = `new up42.Webhook("orders", { url: "https://example.com/up42", events: ["order.status"] });`;

describe("behind a proxy that looks into TLS, Pulumi's host", () => {
  let emulator: Emulator;
  let front: Front;
  let proxy: ProxyProcess;
  let project: PulumiProject;

  beforeAll(async () => {
    emulator = await startEmulator();
    front = await startFront(emulator.url);
    const ports = { "api.up42.example": front.port, "auth.up42.example": front.port };
    proxy = await startProxyProcess({ kind: "forward", ports });
    project = await createProject({
      program: script(PROGRAM),
      env: {
        UP42_API_URL: "https://api.up42.example",
        UP42_AUTH_URL: "https://auth.up42.example",
        UP42_USERNAME: DEMO_ACCOUNT.username,
        UP42_PASSWORD: DEMO_ACCOUNT.password,
        HTTPS_PROXY: `http://me:50%/#@${proxy.address}`,
      },
    });
  });

  afterAll(async () => {
    await project?.dispose();
    await Promise.all([proxy?.stop(), front?.close(), emulator?.close()]);
  });

  test("names the proxy and who issued the certificate, as long as that one is not trusted", async () => {
    const { stdout } = await project.up({ expectFailure: true });
    expect(stdout).toMatch(
      /failed by way of the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\): the server's TLS certificate is not trusted \(.*; "Example Corp TLS Inspection" issued it\)/,
    );
    expect(stdout).toContain("NODE_EXTRA_CA_CERTS");
    expect(stdout).not.toContain("50%/#");
    expect(front.count()).toBe(0);
  });

  test("creates and deletes a webhook with NODE_EXTRA_CA_CERTS", async () => {
    const file = join(project.folder, "ca.pem");
    await writeFile(file, INSPECTION_CA);
    const env = { NODE_EXTRA_CA_CERTS: file };
    await project.up({ env });
    expect(emulator.webhooks()).toHaveLength(1);
    expect(await proxy.requests()).toContainEqual({
      method: "CONNECT",
      target: "api.up42.example:443",
      authorization: "",
      proxyAuthorization: `Basic ${btoa("me:50%/#")}`,
    });
    await project.destroy({ env });
    expect(emulator.webhooks()).toEqual([]);
  });
});
