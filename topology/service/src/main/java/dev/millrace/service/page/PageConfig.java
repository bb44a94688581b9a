package dev.millrace.service.page;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The settings of the page.
 *
 * @param thumbnails whether the page shows the images
 * @param tokens the tokens that open the page and allow actions; null for none
 * @param allowedHosts names under which browsers may reach the page besides the loopback names, in
 *     lower case
 * @param truth returns an image's true label by the image's id, or empty if it is not known; any
 *     thread may call it
 */
public record PageConfig(
    boolean thumbnails,
    PageTokens tokens,
    Set<String> allowedHosts,
    Function<String, Optional<String>> truth) {

  /** A page with thumbnails and without actions, on loopback addresses, for unlabelled images. */
  public static final PageConfig DEFAULT =
      new PageConfig(true, null, Set.of(), id -> Optional.empty());

  /**
   * Copies the names.
   *
   * @param thumbnails whether the page shows the images
   * @param tokens the tokens that open the page and allow actions; null for none
   * @param allowedHosts names under which browsers may reach the page
   * @param truth returns an image's true label by the image's id
   */
  public PageConfig {
    allowedHosts = Set.copyOf(allowedHosts);
    Objects.requireNonNull(truth, "truth");
  }

  /**
   * {@return these settings, for images whose labels are known}
   *
   * @param labels returns an image's true label by the image's id, or empty if it is not known
   */
  public PageConfig withTruth(Function<String, Optional<String>> labels) {
    return new PageConfig(thumbnails, tokens, allowedHosts, labels);
  }
}
