package dev.millrace.connect;

import dev.millrace.connect.folder.FilePatterns;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;

/**
 * The configuration of {@link ImageFolderSource}. The defaults are in {@link ImageFolderKeys}.
 *
 * @param folderName the watched folder, without doubled slashes or a trailing slash; part of the
 *     names of the source partitions
 * @param topic the topic of the images
 * @param labelsTopic the topic of the labels; empty if no labels are sent
 * @param patterns selects the files to send
 * @param subfolders whether to send files in folders below the watched folder
 * @param awaitStable whether a file must have the same size and time in two consecutive scans
 *     before it is sent
 * @param scanInterval time from the end of a scan to the start of the next one
 * @param maxBytes largest size of a file whose content is sent, in bytes
 * @param claimChecks whether a larger file is sent as a claim check; if false, the file is passed
 *     over
 * @param batchFiles largest number of files that one poll returns
 * @param batchBytes number of bytes after which a poll adds no further file to its batch
 * @param forgetAfter time after which the connector forgets a missing file
 */
record ImageFolderConfig(
    String folderName,
    String topic,
    Optional<String> labelsTopic,
    FilePatterns patterns,
    boolean subfolders,
    boolean awaitStable,
    Duration scanInterval,
    int maxBytes,
    boolean claimChecks,
    int batchFiles,
    long batchBytes,
    Duration forgetAfter) {

  /**
   * Reads a configuration.
   *
   * @throws org.apache.kafka.common.config.ConfigException if a value is missing or invalid; the
   *     message names the key, the value and what is allowed
   */
  static ImageFolderConfig of(Map<String, String> properties) {
    AbstractConfig config = new AbstractConfig(ImageFolderKeys.DEFINITION, properties, false);
    return new ImageFolderConfig(
        folderName(config.getString(ImageFolderKeys.FOLDER)),
        config.getString(ImageFolderKeys.TOPIC),
        Optional.ofNullable(config.getString(ImageFolderKeys.LABELS_TOPIC)),
        new FilePatterns(
            config.getList(ImageFolderKeys.INCLUDE), config.getList(ImageFolderKeys.EXCLUDE)),
        config.getBoolean(ImageFolderKeys.SUBFOLDERS),
        config.getString(ImageFolderKeys.SEND_WHEN).equals(ImageFolderKeys.STABLE),
        Duration.ofMillis(config.getLong(ImageFolderKeys.SCAN_INTERVAL)),
        config.getInt(ImageFolderKeys.MAX_BYTES),
        config.getString(ImageFolderKeys.OVERSIZE).equals(ImageFolderKeys.CLAIM_CHECK),
        config.getInt(ImageFolderKeys.BATCH_FILES),
        config.getLong(ImageFolderKeys.BATCH_BYTES),
        Duration.ofMillis(config.getLong(ImageFolderKeys.FORGET)));
  }

  /** {@return the name of a configured folder in the names of its source partitions} */
  static String folderName(String folder) {
    return Path.of(folder).toString();
  }

  Path folder() {
    return Path.of(folderName);
  }
}
