// The bundler puts a stylesheet into the script as text.
declare module "*.css" {
  const text: string;
  export default text;
}
