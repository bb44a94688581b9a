package dev.millrace.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import dev.millrace.onnx.proto.TensorProto;
import dev.millrace.onnx.proto.TensorProto.DataLocation;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Puts weights that a model keeps in other files into the model itself. The files must be in the
 * model's folder or below it, whatever path the model names, so that a model from elsewhere cannot
 * read other files of this machine.
 *
 * <p>The weights stay mapped from their files until they are written, so that they need no memory
 * of their own. Not thread-safe.
 */
final class ExternalData {

  /** The largest message that protobuf can write, in bytes. */
  static final long LARGEST = Integer.MAX_VALUE;

  /**
   * The largest number of bytes that the preparation adds to a model: names, nodes and constants.
   */
  private static final long RESERVE = 1 << 20;

  private final Path folder;
  private boolean used;

  /**
   * Creates an object for a folder with weights.
   *
   * @param folder the folder of the model's file
   */
  ExternalData(Path folder) {
    this.folder = folder;
  }

  /** {@return whether a tensor's values are in another file} */
  static boolean holds(TensorProto tensor) {
    return tensor.getDataLocation() == DataLocation.EXTERNAL || tensor.getExternalDataCount() > 0;
  }

  /**
   * {@return the name of the file with a tensor's values, on one line; {@code not named} if there
   * is none}
   */
  static String location(TensorProto tensor) {
    return OneLine.of(entries(tensor).getOrDefault("location", "not named"));
  }

  /**
   * {@return the model with all of its weights inside}
   *
   * @param bytes the length of the model's own file, in bytes
   * @throws ModelException if a file is outside the folder, is missing or too short, or if the
   *     whole model would reach 2 GiB
   */
  ModelProto embedded(ModelProto model, long bytes) {
    long[] total = {bytes};
    rewritten(
        model,
        tensor -> {
          total[0] += region(tensor).length();
          return tensor;
        });
    if (total[0] + RESERVE >= LARGEST) {
      throw new ModelException(
          String.format(
              "the model and its weights in other files have %,d bytes, but an ONNX file must stay"
                  + " below %,d: export it in float16 or with int8 weights",
              total[0], LARGEST));
    }
    return (ModelProto) rewritten(model, this::embedded);
  }

  /** {@return whether a model had weights in other files} */
  boolean isUsed() {
    return used;
  }

  private TensorProto embedded(TensorProto tensor) {
    used = true;
    return tensor.toBuilder()
        .clearExternalData()
        .clearDataLocation()
        .setRawData(region(tensor).read(tensor))
        .build();
  }

  /** Replaces each tensor in a message whose values are in another file. */
  private static Message rewritten(Message message, UnaryOperator<TensorProto> embed) {
    if (message instanceof TensorProto tensor) {
      return holds(tensor) ? embed.apply(tensor) : tensor;
    }
    Message.Builder builder = null;
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      Object value = field.getValue();
      Object replaced =
          value instanceof List<?> children
              ? children.stream().map(child -> rewritten((Message) child, embed)).toList()
              : rewritten((Message) value, embed);
      if (!replaced.equals(value)) {
        builder = builder == null ? message.toBuilder() : builder;
        builder.setField(field.getKey(), replaced);
      }
    }
    return builder == null ? message : builder.build();
  }

  private Region region(TensorProto tensor) {
    String location = location(tensor);
    Path file;
    try {
      file = inside(entries(tensor).getOrDefault("location", ""));
      long size = Files.size(file);
      long offset = number(tensor, "offset", 0);
      long length = number(tensor, "length", size - offset);
      if (offset < 0 || length < 0 || offset > size || length > size - offset) {
        throw new ModelException(
            String.format(
                "weight %s needs bytes %,d to %,d of %s, which has %,d: export or copy both files"
                    + " again",
                OneLine.quoted(tensor.getName()), offset, offset + length, location, size));
      }
      return new Region(file, offset, length);
    } catch (NoSuchFileException e) {
      throw new ModelException(
          "weight "
              + OneLine.quoted(tensor.getName())
              + " is stored in another file, and "
              + folder
              + " has no "
              + location
              + ": put that file beside the model",
          e);
    } catch (IOException | InvalidPathException e) {
      throw new ModelException(
          "cannot read the weights in " + location + " (" + e + "): check that it is readable", e);
    }
  }

  /**
   * Resolves a location, and requires that the file is in the folder, even after symbolic links are
   * resolved.
   */
  private Path inside(String location) throws IOException {
    Path home = folder.toRealPath();
    Path named = home.resolve(location).normalize();
    if (location.isEmpty() || named.equals(home) || !named.startsWith(home)) {
      throw outside(location);
    }
    Path file = named.toRealPath();
    if (!file.startsWith(home)) {
      throw outside(location);
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException("it is no file");
    }
    return file;
  }

  private ModelException outside(String location) {
    return new ModelException(
        "the model names weights in "
            + OneLine.quoted(location)
            + ", which is not a file inside its own folder "
            + folder
            + ": put all of the model's files into one folder, without links out of it");
  }

  private static long number(TensorProto tensor, String key, long absent) {
    String text = entries(tensor).get(key);
    try {
      return text == null ? absent : Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new ModelException(
          "weight "
              + OneLine.quoted(tensor.getName())
              + " has the "
              + key
              + " "
              + OneLine.quoted(text)
              + ", which is no number: export the model again",
          e);
    }
  }

  private static Map<String, String> entries(TensorProto tensor) {
    return tensor.getExternalDataList().stream()
        .collect(
            Collectors.toMap(
                StringStringEntryProto::getKey,
                StringStringEntryProto::getValue,
                (first, second) -> first));
  }

  /** A part of a file that holds a tensor's values. */
  private record Region(Path file, long offset, long length) {

    ByteString read(TensorProto tensor) {
      try (FileChannel channel = FileChannel.open(file)) {
        return UnsafeByteOperations.unsafeWrap(channel.map(MapMode.READ_ONLY, offset, length));
      } catch (IOException e) {
        throw new ModelException(
            "cannot read the weights in "
                + location(tensor)
                + " ("
                + e
                + "): check that it is readable",
            e);
      }
    }
  }
}
