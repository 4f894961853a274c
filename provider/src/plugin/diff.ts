import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import { type Difference, type Properties, sameValue } from "../lifecycle/properties";
import type { Kind } from "./kinds";

/** A difference as the engine shows it, property by property. */
export function diffResponse(
  { inputs }: Kind,
  { changed, replaces }: Difference,
  olds: Properties,
  news: Properties,
): DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
  const response = new DiffResponse()
    .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setReplacesList([...replaces])
    .setDiffsList([...changed])
    .setHasdetaileddiff(true);
  // A test that is to run again has reasons that are no arguments.
  for (const name of changed.filter((one) => inputs.has(one) && !sameValue(olds[one], news[one]))) {
    const kind = kindOf(olds[name], news[name], replaces.includes(name));
    response.getDetaileddiffMap().set(name, new PropertyDiff().setKind(kind));
  }
  return response;
}

function kindOf(old: unknown, value: unknown, isReplaced: boolean): PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = PropertyDiff.Kind;
  if (old === undefined) {
    return isReplaced ? ADD_REPLACE : ADD;
  }
  if (value === undefined) {
    return isReplaced ? DELETE_REPLACE : DELETE;
  }
  return isReplaced ? UPDATE_REPLACE : UPDATE;
}
