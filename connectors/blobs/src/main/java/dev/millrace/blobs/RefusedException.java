package dev.millrace.blobs;

/** Carries a refusal from a source to the fetcher. */
final class RefusedException extends Exception {

  private static final long serialVersionUID = 1;

  private final transient Refused refused;

  RefusedException(Refused.Reason reason, String message) {
    super(message, null, false, false);
    this.refused = new Refused(reason, message);
  }

  Refused refused() {
    return refused;
  }
}
