/** How to log in at UP42. */
export type Credentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  | { readonly kind: "projectApiKey"; readonly projectId: string; readonly projectApiKey: string }
  | { readonly kind: "accessToken"; readonly accessToken: string };

/** What a client of UP42's API needs to know, complete and checked. */
export interface Settings {
  readonly credentials: Credentials;
  readonly apiUrl: string;
  readonly authUrl: string;
  /** The time of one operation, with all tries and pauses. */
  readonly timeoutSeconds: number;
  /** The most repetitions of one request. */
  readonly maxRetries: number;
}
