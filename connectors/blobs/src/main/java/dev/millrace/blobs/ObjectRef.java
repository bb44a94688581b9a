package dev.millrace.blobs;

import java.util.List;

/**
 * An object in S3.
 *
 * @param bucket the bucket's name
 * @param path the decoded segments of the key
 * @param versionId the version of the object, or null for the newest version
 */
record ObjectRef(String bucket, List<String> path, String versionId) implements DataRef {

  @Override
  public String store() {
    return "s3://" + bucket;
  }

  String key() {
    return String.join("/", path);
  }
}
