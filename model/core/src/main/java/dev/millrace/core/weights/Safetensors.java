package dev.millrace.core.weights;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The <a href="https://github.com/huggingface/safetensors#format">safetensors</a> format: the
 * header's length in eight bytes, a header in JSON, and the values, all little-endian and
 * row-major.
 *
 * <p>Reading follows the rules of the reference implementation. A header begins with <code>{</code>
 * , is at most 100 MB long and has no duplicate name. The tensors follow each other without a gap
 * or an overlap, to the end of the file. The metadata is a map whose keys and values are texts. If
 * the bytes break a rule, the methods throw an {@code IllegalArgumentException} that names the
 * rule.
 */
final class Safetensors {

  /** The header's key for metadata. No tensor may have this name. */
  static final String METADATA = "__metadata__";

  private static final int MAX_HEADER = 100_000_000;
  private static final int ALIGNMENT = 8;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private Safetensors() {}

  /** A tensor's entry in the header. The offsets count from the header's end. */
  private record Entry(String dtype, int[] shape, long[] dataOffsets) {}

  private record Region(String name, DataType type, List<Integer> shape, long begin, long end) {}

  /**
   * Reads a file's bytes.
   *
   * @param file all bytes of the file; float32 tensors become views of this buffer
   * @return the tensors, in the order of their values in the file
   */
  static Map<String, WeightTensor> read(ByteBuffer file) throws IOException {
    byte[] header = header(file);
    int start = Long.BYTES + header.length;
    int size = file.limit() - start;
    Map<String, WeightTensor> tensors = new LinkedHashMap<>();
    long end = 0;
    for (Region region : regions(header)) {
      if (region.begin != end || region.end > size) {
        throw new IllegalArgumentException(
            "tensor '"
                + region.name
                + "' lies at "
                + region.begin
                + " to "
                + region.end
                + ", not directly after the one before it (which ends at "
                + end
                + ") and within the "
                + size
                + " bytes of values");
      }
      end = region.end;
      ByteBuffer bytes =
          file.slice(start + (int) region.begin, (int) (region.end - region.begin))
              .order(ByteOrder.LITTLE_ENDIAN);
      tensors.put(region.name, new WeightTensor(region.shape, region.type.floats(bytes)));
    }
    if (end != size) {
      throw new IllegalArgumentException(
          "its tensors end at byte " + end + ", but its values end at byte " + size);
    }
    return tensors;
  }

  /** {@return the JSON at the beginning of a file, as bytes} */
  private static byte[] header(ByteBuffer file) {
    if (file.limit() < Long.BYTES) {
      throw new IllegalArgumentException("its " + file.limit() + " bytes hold no header");
    }
    long length = file.order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    if (length < 0 || length > Math.min(MAX_HEADER, file.limit() - Long.BYTES)) {
      throw new IllegalArgumentException(
          "its header's length, "
              + Long.toUnsignedString(length)
              + ", is beyond the file's end or above "
              + MAX_HEADER);
    }
    byte[] header = new byte[(int) length];
    file.get(Long.BYTES, header);
    if (header.length == 0 || header[0] != '{') {
      throw new IllegalArgumentException("its header does not begin with {");
    }
    return header;
  }

  /** {@return the metadata in a file's header; empty if there is none} */
  static Map<String, String> metadata(ByteBuffer file) throws IOException {
    try {
      Map<String, String> metadata = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> field :
          JSON.readTree(header(file)).path(METADATA).properties()) {
        if (!field.getValue().isTextual()) {
          throw new IllegalArgumentException(
              "the metadata '" + field.getKey() + "' in its header is not text");
        }
        metadata.put(field.getKey(), field.getValue().textValue());
      }
      return metadata;
    } catch (JacksonException e) {
      throw new IllegalArgumentException("its header is not valid JSON", e);
    }
  }

  /** {@return the tensors in a header, in the order of their values} */
  private static List<Region> regions(byte[] header) throws IOException {
    List<Region> regions = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(header)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          throw new IllegalArgumentException("'" + name + "' in its header is not an object");
        }
        if (name.equals(METADATA)) {
          parser.skipChildren();
        } else {
          regions.add(region(name, JSON.readValue(parser, Entry.class)));
        }
      }
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("its header continues after the last }");
      }
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "its header is not valid JSON of tensors: "
              + e.getOriginalMessage().lines().findFirst().orElse("unreadable"),
          e);
    }
    regions.sort(Comparator.comparingLong(Region::begin).thenComparingLong(Region::end));
    return regions;
  }

  private static Region region(String name, Entry entry) {
    DataType type =
        DataType.named(entry.dtype)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "tensor '"
                            + name
                            + "' is of "
                            + entry.dtype
                            + ", not one of "
                            + Arrays.toString(DataType.values())));
    List<Integer> shape = Arrays.stream(entry.shape).boxed().toList();
    long bytes = (long) WeightTensor.size(shape) * type.width();
    long[] offsets = entry.dataOffsets;
    if (offsets.length != 2 || offsets[0] < 0 || offsets[1] - offsets[0] != bytes) {
      throw new IllegalArgumentException(
          "tensor '"
              + name
              + "' of "
              + type
              + " "
              + shape
              + " takes "
              + bytes
              + " bytes, but its data_offsets are "
              + Arrays.toString(offsets));
    }
    return new Region(name, type, shape, offsets[0], offsets[1]);
  }

  /** Writes float32 values in the weights' order. Equal weights produce equal bytes. */
  static void write(Weights weights, OutputStream out) throws IOException {
    write(weights, Map.of(), out);
  }

  /**
   * Writes float32 values in the weights' order. Equal weights with equal metadata produce equal
   * bytes.
   *
   * @param metadata the metadata, in the order in which it is written; empty for none
   */
  static void write(Weights weights, Map<String, String> metadata, OutputStream out)
      throws IOException {
    Map<String, Object> entries = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      entries.put(METADATA, metadata);
    }
    long begin = 0;
    for (Map.Entry<String, WeightTensor> tensor : weights.tensors().entrySet()) {
      int[] shape = tensor.getValue().shape().stream().mapToInt(Integer::intValue).toArray();
      long end = begin + (long) tensor.getValue().size() * Float.BYTES;
      entries.put(tensor.getKey(), new Entry(DataType.F32.name(), shape, new long[] {begin, end}));
      begin = end;
    }
    byte[] json = JSON.writeValueAsBytes(entries);
    byte[] header = Arrays.copyOf(json, -Math.floorDiv(-json.length, ALIGNMENT) * ALIGNMENT);
    Arrays.fill(header, json.length, header.length, (byte) ' ');
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.write(length.putLong(header.length).array());
    out.write(header);
    for (WeightTensor tensor : weights.tensors().values()) {
      out.write(tensor.littleEndianBytes());
    }
  }
}
