/**
 * Support for the tests of every module. It depends on no code of Millrace, so that each module can
 * use it.
 */
package dev.millrace.testing;
