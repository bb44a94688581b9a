package dev.millrace.blobs;

import java.io.IOException;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Decides whether the record or the store is at fault for an error of S3. */
final class S3Trouble {

  /**
   * Codes of S3 errors for which our configuration or the server is at fault, although their HTTP
   * status is below 500. MinIO sends {@code InvalidTokenId}, {@code InvalidRegion} and {@code
   * AuthorizationParametersError} (its cmd/api-errors.go), and Ceph sends {@code UserSuspended}
   * (its rgw_common.cc). The others are in Amazon's list of error codes.
   */
  private static final Set<String> OURS =
      Set.of(
          "NoSuchBucket",
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "ExpiredToken",
          "InvalidToken",
          "InvalidTokenId",
          "InvalidSecurity",
          "TokenRefreshRequired",
          "RequestTimeTooSkewed",
          "RequestTimeout",
          "AuthorizationHeaderMalformed",
          "AuthorizationQueryParametersError",
          "AuthorizationParametersError",
          "InvalidRegion",
          "InvalidBucketName",
          "IncorrectEndpoint",
          "EndpointNotFound",
          "AccountProblem",
          "UserSuspended",
          "AllAccessDisabled",
          "NotSignedUp",
          "PermanentRedirect",
          "TemporaryRedirect",
          "Redirect");

  /** The beginning of the codes of errors with the key that encrypts an object. */
  private static final String ENCRYPTION_KEY = "KMS.";

  private S3Trouble() {}

  /**
   * {@return the exception to throw if the store or the configuration is at fault}
   *
   * @param e the error of the SDK
   * @param store the bucket
   * @throws RefusedException if the record is at fault
   */
  static StoreAwayException of(SdkException e, String store) throws RefusedException {
    if (!(e instanceof AwsServiceException service)) {
      return new StoreAwayException(store, problem(e), e);
    }
    String code = service.awsErrorDetails() == null ? "" : service.awsErrorDetails().errorCode();
    int status = service.statusCode();
    if (isOurs(code) || service.isThrottlingException() || status < 400) {
      return new StoreAwayException(store, "it answers " + code + " (status " + status + ")", e);
    }
    try {
      HttpStatuses.requireData(status, store);
      return new StoreAwayException(store, "its answer cannot be read", e);
    } catch (StoreAwayException away) {
      return new StoreAwayException(store, "it answers " + code + " (status " + status + ")", e);
    }
  }

  private static boolean isOurs(String code) {
    return code != null && (OURS.contains(code) || code.startsWith(ENCRYPTION_KEY));
  }

  private static String problem(SdkException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException io) {
        return Trouble.of(io);
      }
    }
    return e.getMessage() != null && e.getMessage().contains("credentials")
        ? "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"
        : "the request failed (" + e.getClass().getSimpleName() + ")";
  }
}
