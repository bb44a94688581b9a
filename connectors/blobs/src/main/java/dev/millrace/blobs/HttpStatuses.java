package dev.millrace.blobs;

import java.util.Set;

/** Decides by the status of an HTTP response whether the record or the server is at fault. */
final class HttpStatuses {

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> FORBIDDEN = Set.of(401, 403);
  private static final Set<Integer> NOT_FOUND = Set.of(404, 410);

  /**
   * Statuses after which the same request may succeed later: request timeout, too early, too many
   * requests.
   */
  private static final Set<Integer> LATER = Set.of(408, 425, 429);

  private HttpStatuses() {}

  static boolean isRedirect(int status) {
    return REDIRECTS.contains(status);
  }

  /**
   * Requires the status 200.
   *
   * @throws RefusedException if the record is at fault
   * @throws StoreAwayException if the server is at fault
   */
  static void requireData(int status, String store) throws RefusedException, StoreAwayException {
    if (status == 200) {
      return;
    }
    if (status >= 500 || LATER.contains(status)) {
      throw new StoreAwayException(store, "it answers with status " + status, null);
    }
    if (FORBIDDEN.contains(status)) {
      throw new RefusedException(
          Refused.Reason.FORBIDDEN, "the server forbids access (status " + status + ")");
    }
    if (NOT_FOUND.contains(status)) {
      throw new RefusedException(
          Refused.Reason.NOT_FOUND, "the server has no such data (status " + status + ")");
    }
    throw new RefusedException(Refused.Reason.UNUSABLE, "the server answers with status " + status);
  }
}
