/** Opens one session of the console in a browser, once and soon. */
export interface LoginCode {
  code: string
  role: 'admin' | 'submit' | 'observe'
  expiresAt: string
}

/** The connected peer, and what its client may do there. */
export interface Who {
  self: string
  name: string
  mesh: string
  version: string
  role: string
}

export interface LoginCalls {
  who(signal?: AbortSignal): Promise<Who>
  /** for the console at the connected peer; with at most the role of this client, which is the default */
  loginCode(options?: { role?: LoginCode['role']; signal?: AbortSignal }): Promise<LoginCode>
}

/** A request that a session's cookie opens must carry it: no page of another origin can make a browser send it. */
export const consoleHeader = 'x-souk-console'
