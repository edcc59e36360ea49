import { type Command, Help } from 'commander'

/** columns beyond which prose is hard to read, however wide the terminal is */
const widthMax = 88

/**
 * Prose at the end of a command's help: each paragraph is wrapped to the width of the help, one under the other. Lines that
 * begin with a space, as of a file, stay as they are.
 */
export function addNotes(command: Command, ...paragraphs: readonly string[]): Command {
  return command.addHelpText('after', () => {
    const width = Math.min(widthMax, command.configureOutput().getOutHelpWidth?.() ?? widthMax)
    return `\n${paragraphs.map((text) => wrapped(text, width)).join('\n')}`
  })
}

function wrapped(paragraph: string, width: number): string {
  if (/^ /.test(paragraph)) return paragraph
  return new Help().boxWrap(paragraph.replaceAll('\n', ' '), width)
}
