/** Version of the frame format. Peers with another version refuse each other at hello. */
export const wireVersion = 12
