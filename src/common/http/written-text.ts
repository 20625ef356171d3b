import { z } from 'zod';

const NO_CONTROLS = 'expected no control characters';

/** One line as a person writes it: what goes to WeChat, printers and CSV files is no terminal's language. */
export function line(max: number): z.ZodString {
  return z
    .string()
    .trim()
    .max(max)
    .regex(/^\P{Cc}*$/u, NO_CONTROLS);
}

/** One or more lines, ended by \n however the form ended them. */
export function lines(max: number): z.ZodString {
  return writtenText()
    .max(max)
    .regex(/^[\P{Cc}\n]*$/u, NO_CONTROLS);
}

/** As `lines`, and what was pasted from a table keeps its tabs. */
export function notes(max: number): z.ZodString {
  return writtenText()
    .max(max)
    .regex(/^[\P{Cc}\n\t]*$/u, NO_CONTROLS);
}

function writtenText(): z.ZodString {
  return z
    .string()
    .overwrite((text) => text.replaceAll('\r\n', '\n'))
    .trim();
}
