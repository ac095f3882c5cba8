/** Modules that every notebook can import without installing them. */
import { z } from "zod";

const provided = z.object({
  /** File URL of the module. */
  url: z.url(),
  /** Path of its declaration file. */
  types: z.string(),
  /** File URL of a module that is imported before it, for its effects; default none. */
  before: z.url().optional(),
});

/** By the names under which they are imported. */
export const providedSchema = z.record(z.string().min(1), provided);
export type ProvidedModules = z.infer<typeof providedSchema>;
