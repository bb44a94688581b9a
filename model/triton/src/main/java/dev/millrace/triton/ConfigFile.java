package dev.millrace.triton;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormat.ParseException;
import com.google.protobuf.TextFormatParseInfoTree;
import com.google.protobuf.TextFormatParseLocation;
import dev.millrace.core.model.ModelException;
import dev.millrace.triton.proto.ModelConfig;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code config.pbtxt}, read by protobuf's own parser, together with the line number of each
 * field. Ignores fields and extensions that the schema does not contain, because new releases of
 * Triton add fields.
 *
 * @param file the file's path
 * @param config the file's content
 * @param lines the line number of each field
 */
record ConfigFile(Path file, ModelConfig config, TextFormatParseInfoTree lines) {

  /** The parser's error messages begin with a line number and a column number. */
  private static final Pattern PLACE = Pattern.compile("\\d+:\\d+: ");

  /**
   * Reads a file.
   *
   * @throws ModelException if the file cannot be read or parsed; the message names the file and the
   *     line
   */
  static ConfigFile read(Path file) {
    try {
      String text = FieldSeparators.blanked(Files.readString(file));
      ModelConfig.Builder config = ModelConfig.newBuilder();
      TextFormatParseInfoTree.Builder lines = TextFormatParseInfoTree.builder();
      try (PassedOverFields ignored = PassedOverFields.silently()) {
        parser(lines).merge(text, config);
      }
      return new ConfigFile(file, config.build(), lines.build());
    } catch (ParseException e) {
      throw problem(file, e.getLine(), withoutPlace(e.getMessage()), e);
    } catch (StackOverflowError e) {
      throw new ModelException(file + ": messages are nested too deeply", e);
    } catch (CharacterCodingException e) {
      throw new ModelException(file + " is not UTF-8 text; save it as UTF-8", e);
    } catch (IOException e) {
      throw new ModelException(
          "cannot read " + file + " (" + e + "); check that it is readable", e);
    }
  }

  private static TextFormat.Parser parser(TextFormatParseInfoTree.Builder lines) {
    return TextFormat.Parser.newBuilder()
        .setAllowUnknownFields(true)
        .setAllowUnknownExtensions(true)
        .setSingularOverwritePolicy(
            TextFormat.Parser.SingularOverwritePolicy.FORBID_SINGULAR_OVERWRITES)
        .setParseInfoTreeBuilder(lines)
        .build();
  }

  /**
   * {@return an exception about one element of a repeated field} The exception's message contains
   * the line number at which the element begins.
   */
  ModelException problem(int field, int index, String problem) {
    FieldDescriptor descriptor = ModelConfig.getDescriptor().findFieldByNumber(field);
    TextFormatParseLocation place = lines.getLocation(descriptor, index);
    return problem(file, place.getLine() + 1, problem, null);
  }

  private static ModelException problem(Path file, int line, String problem, Throwable cause) {
    return new ModelException(file + ", line " + line + ": " + problem, cause);
  }

  private static String withoutPlace(String message) {
    Matcher place = PLACE.matcher(message);
    return place.lookingAt() ? message.substring(place.end()) : message;
  }
}
