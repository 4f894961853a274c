/**
 * Whether a text can be the id of a webhook or a workspace. UP42's are UUIDs; what this refuses would change the path
 * of a request: dots alone, slashes, `?`, `#`, `%` and white space.
 */
export function isId(text: string): boolean {
  return /^[\w.:@~-]+$/.test(text) && !/^\.+$/.test(text);
}
