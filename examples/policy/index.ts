import { PolicyPack } from "@pulumi/policy";
import { active } from "./policies/active";
import { allowedHosts } from "./policies/allowed-hosts";
import { https } from "./policies/https";
import { secret } from "./policies/secret";
import { tested } from "./policies/tested";

new PolicyPack("up42-webhooks", {
  enforcementLevel: "mandatory",
  policies: [https, allowedHosts, secret, active, tested],
});
