/** Where the store has this peer's own certificate. */
export const certificateKey = 'self/certificate'
