/** A command line as others may see it: what opens a mesh or a peer is left out. Undefined: nothing was. */
export function withoutSecrets(words: readonly string[]): string[] | undefined {
  const shown = words.map((word, i) => {
    if (word.startsWith('souk1:')) return 'souk1:…'
    return words[i - 1] === '--endpoint' ? word.replace(/#.*/, '#…') : word
  })
  return shown.some((word, i) => word !== words[i]) ? shown : undefined
}
