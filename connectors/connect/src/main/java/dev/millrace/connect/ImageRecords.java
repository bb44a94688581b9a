package dev.millrace.connect;

import dev.millrace.connect.folder.ContentType;
import dev.millrace.connect.folder.FolderFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Makes the records of a file. The records have no timestamp, so that the producer sets the time of
 * sending. If a record had the time of its file, the broker would soon delete the records of old
 * files, because their retention time would already be over.
 *
 * @param topic the topic of the images
 * @param labelsTopic the topic of the labels; empty if no labels are sent
 */
record ImageRecords(String topic, Optional<String> labelsTopic) {

  private static final String CONTENT_TYPE = "content-type";
  private static final String CLAIM_CHECK = "ce_dataref";

  /**
   * The position of a file in its source partition.
   *
   * @param partition the file's source partition
   * @param before the offset before the file. The label's record carries this offset. If the
   *     label's record had the offset that follows the file, Connect could store this offset before
   *     it sends the image. A crash would then lose the image
   * @param after the offset after the file
   */
  record Place(Map<String, ?> partition, Map<String, ?> before, Map<String, ?> after) {}

  /** {@return the records of a file whose content is sent} */
  List<SourceRecord> of(FolderFile file, byte[] content, Place place) {
    return records(file, image(file, content, ContentType.of(content), place), place);
  }

  /**
   * {@return the records of a file whose content is not sent} The record of the image has a header
   * with the file's URI, and an empty value. A null value would delete the key in a compacted
   * topic.
   *
   * @param start the file's first bytes
   */
  List<SourceRecord> claimCheck(FolderFile file, byte[] start, Place place) {
    SourceRecord image = image(file, new byte[0], ContentType.of(start), place);
    image.headers().addString(CLAIM_CHECK, file.file().toUri().toString());
    return records(file, image, place);
  }

  private List<SourceRecord> records(FolderFile file, SourceRecord image, Place place) {
    List<SourceRecord> records = new ArrayList<>(2);
    labelsTopic.ifPresent(
        labels -> {
          byte[] label = file.folderName().getBytes(StandardCharsets.UTF_8);
          records.add(record(labels, file, label, place.partition(), place.before()));
        });
    records.add(image);
    return records;
  }

  private SourceRecord image(FolderFile file, byte[] value, String contentType, Place place) {
    SourceRecord image = record(topic, file, value, place.partition(), place.after());
    image.headers().addString(CONTENT_TYPE, contentType);
    return image;
  }

  private static SourceRecord record(
      String topic,
      FolderFile file,
      byte[] value,
      Map<String, ?> partition,
      Map<String, ?> offset) {
    return new SourceRecord(
        partition, offset, topic, Schema.STRING_SCHEMA, file.path(), Schema.BYTES_SCHEMA, value);
  }
}
