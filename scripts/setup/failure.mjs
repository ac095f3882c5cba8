/** A failure that the user can act on: set-up prints its message alone, as a sentence, and ends with code 1. */
export class SetupFailure extends Error {
  name = "SetupFailure";
}

/** What a system error means for the user, without a full stop; the error's own first line where it is not known. */
export function explain(error) {
  const text = String(error?.message ?? error);
  const code = error?.cause?.code ?? error?.code ?? "";
  if (code === "ENOSPC" || /ENOSPC|No space left on device/i.test(text)) return "the disk is full";
  if (code === "EDQUOT" || /EDQUOT|quota exceeded/i.test(text)) return "the disk quota is used up";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return `${error.path ?? "a file"} may not be written`;
  if (
    /ENOTFOUND|EAI_AGAIN|getaddrinfo|Name or service not known|name resolution|nodename nor servname/i.test(text + code)
  ) {
    return "the network cannot be reached (a host name was not found)";
  }
  if (
    /ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ECONNRESET|ETIMEDOUT|timed? ?out|Connection refused|NewConnectionError/i.test(
      text + code,
    )
  ) {
    return "the network cannot be reached (no answer)";
  }
  return text.split("\n", 1)[0].replace(/\.$/, "");
}
