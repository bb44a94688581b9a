package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One message of a file in protobuf's text format, its fields in the order of the file. A repeated
 * field stands there several times, whether it was written as a list or not.
 *
 * <p>A field that is asked for as what it is not is a {@link ModelException} that names the file
 * and the line; a field that nobody asks for may be anything.
 *
 * @param file where it stands
 * @param line in which it begins, from 1
 * @param scalars its strings, numbers and names
 * @param nested its messages
 */
record TextMessage(Path file, int line, List<Scalar> scalars, List<Nested> nested) {

  /**
   * A value.
   *
   * @param name the field's name
   * @param text a string's content, or a number or name as it is written
   * @param quoted whether it is a string
   * @param line in which it begins, from 1
   */
  record Scalar(String name, String text, boolean quoted, int line) {}

  /**
   * A message in a message.
   *
   * @param name the field's name
   */
  record Nested(String name, TextMessage message) {}

  /** The messages of a repeated field. */
  List<TextMessage> messages(String name) {
    for (Scalar scalar : scalars) {
      if (scalar.name.equals(name)) {
        throw problem(scalar.line, name + " is to be a message in braces");
      }
    }
    return nested.stream().filter(field -> field.name.equals(name)).map(Nested::message).toList();
  }

  /** The whole numbers of a repeated field. */
  List<Long> integers(String name) {
    return values(name).stream().map(this::integer).toList();
  }

  /** A whole number. */
  OptionalLong integer(String name) {
    return single(name).map(this::integer).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  /** A string. */
  Optional<String> string(String name) {
    return single(name)
        .map(
            scalar -> {
              if (!scalar.quoted) {
                throw problem(scalar.line, name + ": " + scalar.text + " is to be in quotes");
              }
              return scalar.text;
            });
  }

  /** One of an enumeration's names. */
  Optional<String> constant(String name) {
    return single(name).map(Scalar::text);
  }

  private Optional<Scalar> single(String name) {
    List<Scalar> values = values(name);
    if (values.size() > 1) {
      throw problem(values.get(1).line, name + " is given twice");
    }
    return values.stream().findFirst();
  }

  private List<Scalar> values(String name) {
    for (Nested field : nested) {
      if (field.name.equals(name)) {
        throw field.message.problem(name + " is to be a value, not a message");
      }
    }
    return scalars.stream().filter(scalar -> scalar.name.equals(name)).toList();
  }

  private long integer(Scalar scalar) {
    try {
      if (!scalar.quoted) {
        return Long.decode(scalar.text);
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw problem(scalar.line, scalar.name + ": '" + scalar.text + "' is no whole number");
  }

  /** What is wrong with this message. */
  ModelException problem(String problem) {
    return problem(line, problem);
  }

  private ModelException problem(int at, String problem) {
    return new ModelException(file + ", line " + at + ": " + problem);
  }
}
