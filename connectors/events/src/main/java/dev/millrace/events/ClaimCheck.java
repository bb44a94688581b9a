package dev.millrace.events;

/** An event whose image is stored elsewhere, as CloudEvents' extension {@code dataref} says. */
final class ClaimCheck {

  /** Why such an event is refused. */
  static final String REFUSAL =
      "the image is stored elsewhere (ce_dataref), and claim checks are not supported; send the"
          + " image itself";

  private ClaimCheck() {}
}
