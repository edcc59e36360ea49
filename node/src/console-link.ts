/** Opens the console and logs in. The code is behind #, so that no server or log on the way sees it. */
export const consoleLink = (url: string, code: string): string => `${url}/console/#code=${code}`
