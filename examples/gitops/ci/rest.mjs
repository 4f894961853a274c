/**
 * A client for the REST API of a forge.
 *
 * @param {string} baseUrl
 * @param {Record<string, string>} headers
 */
export function restClient(baseUrl, headers) {
  /**
   * @param {string} method
   * @param {string} url
   * @param {unknown} [body]
   */
  async function request(method, url, body) {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    throw new Error(`${method} ${url} failed: HTTP ${response.status} ${await response.text()}`);
  }

  return {
    /**
     * @param {string} method
     * @param {string} path
     * @param {unknown} [body]
     */
    send: async (method, path, body) => await (await request(method, baseUrl + path, body)).json(),

    /**
     * All pages of a list. Both forges name the next page in the header `Link`.
     *
     * @param {string} path
     */
    list: async (path) => {
      const items = [];
      for (let url = baseUrl + path; url !== ""; ) {
        const response = await request("GET", url);
        items.push(...(await response.json()));
        url = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1] ?? "";
      }
      return items;
    },
  };
}

/**
 * @param {string} name
 * @param {string} meaning what to do when it is missing
 */
export function required(name, meaning) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: ${meaning}`);
  return value;
}
