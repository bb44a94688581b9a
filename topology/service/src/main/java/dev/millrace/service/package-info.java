/** Where the program begins. */
package dev.millrace.service;
