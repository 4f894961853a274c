/** A value from outside as text. What is nested too deeply to be written says less than the text around it. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) {
      return "(nested too deeply to be shown)";
    }
    throw error;
  }
}
